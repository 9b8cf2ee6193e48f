import type { BatchLine } from '@batchfeed/batcher';

/** The policy of every benchmark here: batches of 500, and nothing that ages while it is measured. */
export const policy = {
  maxLines: 500,
  maxBytes: 8_000_000,
  maxAgeMs: 3_600_000,
  envelopeBytes: 2,
  separatorBytes: 1,
} as const;

/** Lines for the batcher alone, one object each, over so many keys in turn. */
export const batchLines = (count: number, keys: number, subjects = 0): BatchLine[] => {
  const names = Array.from({ length: keys }, (_, index) => `key-${index}`);
  return Array.from({ length: count }, (_, index) => ({
    key: names[index % keys]!,
    bytes: 300,
    subject: subjects === 0 ? undefined : `subject-${(index * 7919) % subjects}`,
  }));
};

const filler =
  'a line is about as long as this, with a name, an address and what else a partner wants to know of a person. ';

/** The JSON text of a line of about 300 bytes. */
export const content = (index: number): string =>
  `{"id":${index},"email":"user${index}@example.org","note":"${filler}${filler}","status":1}`;

/** Nanoseconds that a thing done `count` times takes each time. */
export const nanosecondsEach = (count: number, work: () => void): number => {
  const startedAt = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - startedAt) / count;
};
