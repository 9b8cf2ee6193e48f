/**
 * The process that the crash test kills: an engine on a store file under load, sending to the test's partner over HTTP.
 * Arguments: store file, partner URL, round, `load` or `finish`. Standard output, a JSON line each: `ready`, `acks`, and at the end `ledger`
 * and `dead`. Written synchronously, so that what was said before a kill is heard after it.
 */
import { writeSync } from 'node:fs';
import { type Outcome, openEngine } from '@batchfeed/delivery';
import { openSqliteStore } from '@batchfeed/store-sqlite';

const [file, partner, round, mode] = process.argv.slice(2) as [string, string, string, 'load' | 'finish'];
const PRODUCERS = 12;

function say(message: object): void {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      // The pipe is full: wait for the reader.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const store = await openSqliteStore({ file });
const engine = await openEngine({
  store,
  log: 'lines',
  policy: { maxLines: 7, maxBytes: 600, maxAgeMs: 40, envelopeBytes: 2, separatorBytes: 1 },
  retry: { baseMs: 2, capMs: 20, maxAttempts: 1000 },
  concurrency: 6,
  // In every second round most lines wait behind a window of a few dozen.
  windowBytes: Number(round) % 2 === 0 ? 256 * 1024 * 1024 : 8_192,
  send: async (batch, { signal }): Promise<Outcome> => {
    const body = `[${batch.lines.map(({ content }) => content).join()}]`;
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': batch.id,
      'x-key': encodeURIComponent(batch.key),
    };
    const { status } = await fetch(partner, { method: 'POST', headers, body, signal });
    if (status === 200) return { kind: 'delivered' };
    return status === 400
      ? { kind: 'rejected', reason: 'Refused.', status }
      : { kind: 'retry', reason: 'Busy.', status };
  },
});

process.on('SIGTERM', async () => {
  await engine.close({ patienceMs: 2000 });
  await store.close();
  process.exit(0);
});

say({ ready: true });
if (mode === 'load') await Promise.all(Array.from({ length: PRODUCERS }, (_, producer) => produce(producer)));
else await finish();

/** One subject each, two lines an update under two keys, and the operation in the key, so that order across keys can be checked. */
async function produce(producer: number): Promise<void> {
  for (let sequence = 0; ; sequence += 1) {
    const operation = sequence % 3 === 2 ? 'DELETE' : 'UPSERT';
    const lines = ['EMAIL', 'COOKIE'].map((type) => ({
      destination: 'd',
      key: `${producer % 2}/${type}/${operation}`,
      subject: `s${producer}`,
      cause: sequence,
      content: JSON.stringify({ subject: producer, round: Number(round), sequence, type }),
    }));
    try {
      await engine.append(lines);
    } catch {
      return;
    }
    say({ acks: lines.map(({ content }) => content) });
  }
}

async function finish(): Promise<void> {
  await engine.drain();
  await engine.idle();
  for (;;) {
    const [letter] = await engine.deadLetters({ limit: 1 });
    if (letter === undefined) break;
    say({ dead: await engine.deadLines(letter.ref) });
    await engine.replay(letter.ref, { confirmed: true });
    await engine.idle();
  }
  say({ ledger: engine.ledger(), faults: await store.integrity() });
  await engine.close();
  await store.close();
}
