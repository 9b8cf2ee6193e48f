/** Updates of a user in a row are so many; the plugin's account has a bit for each. */
export const UPDATES_A_USER = 4;
const CHUNK_LENGTH = 64 * 1024;
/** Users between two updates of one. */
const STRIDE = 500;

const NOTE = 'an update is about as long as this, with a name, an address and what else a plugin wants to know of one';

/** The text of an update of about 300 bytes, or longer: the `seq`th of a user. */
export function numberedUpdate(user: string, seq: number, bytes = 300): string {
  const head =
    `{"user_identifiers":[{"type":"USER_POINT","user_point_id":"${user}"}],` +
    `"operation":"${seq % 2 === 0 ? 'DELETE' : 'UPSERT'}","user":"${user}","seq":${seq},"note":"`;
  return `${head}${NOTE.padEnd(bytes - head.length - 2, '.').slice(0, Math.max(0, bytes - head.length - 2))}"}`;
}

/**
 * NDJSON of so many updates, in chunks that are worth writing. Users have four each, some hundred updates apart. `name` stands at the
 * beginning of their ids, so that no two uploads are about the same users.
 */
export function* numberedUpdates(name: string, count: number): Generator<Buffer> {
  let chunk = '';
  for (let index = 0; index < count; index += 1) {
    const round = Math.floor(index / STRIDE);
    const user = Math.floor(round / UPDATES_A_USER) * STRIDE + (index % STRIDE);
    chunk += `${numberedUpdate(`${name}-${user}`, (round % UPDATES_A_USER) + 1)}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}

const LONG_BYTES = 900_000;

/** NDJSON of updates of 0.9 MB, each of a user of its own. */
export function* longUpdates(name: string, count: number): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) {
    yield Buffer.from(`${numberedUpdate(`${name}-${index}`, 1, LONG_BYTES)}\n`);
  }
}
