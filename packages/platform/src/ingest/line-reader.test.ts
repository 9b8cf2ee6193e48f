import { afterAll, expect, it } from 'vitest';
import { update } from '../testing/test-platform.ts';
import { LineReader } from './line-reader.ts';
import type { SplitLine } from './line-splitter.ts';
import { readLines } from './read-lines.ts';

const reader = new LineReader();
afterAll(() => reader.close());

const NOW = 1_700_000_000_000;
const lines = (texts: readonly (string | undefined)[]): SplitLine[] =>
  texts.map((text, index) => ({ number: 3 * index + 1, bytes: text === undefined ? undefined : Buffer.from(text) }));
const good = (id: number) => JSON.stringify({ ...update(`user ${id} Ünïcødé 😀`), note: 'x'.repeat(200) });

it.each([10, 1_000])('a thread of its own finds in %i lines what is found without', async (count) => {
  const texts = Array.from({ length: count }, (_, id) => {
    if (id % 7 === 3) return undefined;
    return id % 5 === 2 ? good(id).slice(0, -1 - (id % 40)) : good(id);
  });
  const here = readLines(lines(texts), NOW);
  const updates = here.updates.map(({ user, text }) => ({ user, text }));
  expect(await reader.read(lines(texts), NOW)).toMatchObject({ updates, faults: here.faults });
});

it('lines of several uploads are not mixed up', async () => {
  const parts = Array.from({ length: 20 }, (_, part) =>
    Array.from({ length: 100 }, (_, id) => good(part * 1_000 + id)),
  );
  const read = await Promise.all(parts.map((texts) => reader.read(lines(texts), NOW)));
  expect(read.map(({ updates }) => updates.length)).toEqual(parts.map(() => 100));
  expect(read.map(({ updates }) => updates[99]?.user)).toEqual(
    parts.map((texts) => readLines(lines(texts), NOW).updates[99]?.user),
  );
});
