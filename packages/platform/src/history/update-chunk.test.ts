import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHUNK_UPDATES,
  columnsIn,
  entryAt,
  operations,
  placesOf,
  UpdateChunk,
  type UpdateEntry,
  updateKinds,
  withoutFeed,
} from './update-chunk.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const FROM = 1_700_000_000_000;

const entry: fc.Arbitrary<UpdateEntry> = fc
  .record({
    lo: u32,
    hi: u32,
    feedId: fc.constantFrom('1', '2', '33'),
    sessionId: fc.constantFrom('4', '5'),
    token: fc.constantFrom('0123456789abcdef', 'zyxwvutsrqponmlk'),
    position: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    at: fc.integer({ min: 0, max: 1_000 }),
    age: fc.integer({ min: 0, max: 10_000_000 }),
    kind: fc.constantFrom(...updateKinds),
    operation: fc.constantFrom(...operations),
    attempt: u16,
    lines: u16,
    status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
    reason: fc.option(fc.string({ maxLength: 300 }), { nil: undefined }),
  })
  .map(({ at, age, ...rest }) => ({ ...rest, answeredAt: FROM + at, acceptedAt: FROM + at - age }));

/** Entries in the order of their answers, as they come. */
const entries = fc
  .array(entry, { minLength: 1, maxLength: 50 })
  .map((list) => list.sort((one, other) => one.answeredAt - other.answeredAt));

function packed(list: readonly UpdateEntry[]) {
  const chunk = new UpdateChunk();
  for (const one of list) chunk.add(one);
  return chunk.take();
}

function unpacked({ bytes, count, head }: Pick<ReturnType<typeof packed>, 'bytes' | 'count' | 'head'>) {
  const columns = columnsIn(bytes, count);
  return Array.from({ length: count }, (_, index) => entryAt(columns, head, index));
}

describe('UpdateChunk', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(unpacked(packed(list))).toEqual(list);
      }),
    );
  });

  it('begins anew once taken', () => {
    fc.assert(
      fc.property(entries, entries, (first, second) => {
        const chunk = new UpdateChunk();
        for (const one of first) chunk.add(one);
        chunk.take();
        for (const one of second) chunk.add(one);
        expect(unpacked(chunk.take())).toEqual(second);
      }),
    );
  });

  it('says when it is full, and takes all until then', () => {
    const [one] = fc.sample(entry, 1) as [UpdateEntry];
    const chunk = new UpdateChunk();
    let added = 0;
    for (; !chunk.isFull; added += 1) chunk.add({ ...one, reason: undefined, position: added });
    expect(added).toBe(CHUNK_UPDATES);
    expect(unpacked(chunk.take()).map(({ position }) => position)).toEqual([...Array(CHUNK_UPDATES).keys()]);
  });

  it('is full when a plugin answers something else each time', () => {
    const [one] = fc.sample(entry, 1) as [UpdateEntry];
    const chunk = new UpdateChunk();
    for (let index = 0; !chunk.isFull; index += 1) chunk.add({ ...one, reason: `reason ${index}` });
    expect(chunk.count).toBe(1_000);
  });
});

it('forgets one feed and keeps the others as they were', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const { bytes, count, head } = packed(list);
      const left = withoutFeed(columnsIn(bytes, count), head, count, '2');
      const others = list.filter(({ feedId }) => feedId !== '2');
      expect(left === undefined ? [] : unpacked(left)).toEqual(others);
      expect(JSON.stringify(left?.head.places ?? [])).not.toContain('"2"');
    }),
  );
});

it('finds every place of a user and no other', () => {
  const hash = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(hash, hash)), hash, hash, (users, lo, hi) => {
      const array = new Uint32Array([...users.map(([one]) => one), ...users.map(([, other]) => other)]);
      const places = users.flatMap((user, index) => (user[0] === lo && user[1] === hi ? [index] : []));
      expect(placesOf(array, users.length, lo, hi)).toEqual(places);
    }),
  );
});
