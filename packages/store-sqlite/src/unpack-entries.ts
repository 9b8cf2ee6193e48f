import type { Entry } from '@batchfeed/delivery';
import type { EntriesMessage } from './protocol.ts';

/**
 * The entries of an answer. Each text is decoded by itself: a slice of one long string would keep
 * all of it in memory for as long as one of its entries is held.
 */
export function unpackEntries({ runs, tokens, lengths, data }: EntriesMessage): Entry[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const entries: Entry[] = [];
  let at = 0;
  for (let run = 0; run < runs.length; run += 3) {
    const [first = 0, count = 0, index = 0] = runs.slice(run, run + 3);
    const token = tokens[index] ?? '';
    for (let position = first; position < first + count; position += 1) {
      const end = at + (lengths[entries.length] ?? 0);
      entries.push({ position, text: bytes.toString('utf8', at, end), token });
      at = end;
    }
  }
  return entries;
}
