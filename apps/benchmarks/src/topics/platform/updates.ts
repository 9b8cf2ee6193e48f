import { generateUpdates } from '@batchfeed/app-demo';

const chunkLength = 64 * 1024;

/** The JSON texts of generated updates. */
export const updateTexts = (updates: number, seed: number): string[] =>
  Array.from(generateUpdates({ updates, seed }), (update) => JSON.stringify(update));

/** NDJSON in pieces that are worth writing. */
export function* ndjson(texts: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const text of texts) {
    chunk += `${text}\n`;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/** Updates without end but for the count, made as they are asked for from a few that were generated. */
export function* manyUpdates(count: number): Generator<string> {
  const texts = updateTexts(1_000, 5);
  for (let index = 0; index < count; index += 1) {
    yield (texts[index % texts.length] as string).replace(/"user_point_id":"[^"]*"/, `"user_point_id":"many-${index}"`);
  }
}
