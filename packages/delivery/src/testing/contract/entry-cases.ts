import assert from 'node:assert/strict';
import { entriesOf, type PortCase, texts, textsOf, writeOf } from './harness.ts';

const STRANGE = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '007',
  'null',
  '😀'.repeat(3),
  'é',
  'e\u0301',
  '\u2028',
  "'; DROP TABLE x; --",
  '\n\r\t',
  'x'.repeat(70_000),
  '日本語'.repeat(40_000),
];

/** Names that a store could take for one another, or for something else. */
const STRANGE_NAMES = ['', 'a', 'A', 'a ', '%', 'a\u0000', '😀', '\ud800', '\ud801', '__proto__', "'", 'x'.repeat(500)];

const utf8 = (all: readonly string[]) => all.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** What is appended is read back. */
export const ENTRY_CASES: Readonly<Record<string, PortCase>> = {
  'gives entries back as they came, in order, under dense positions': async ({ store }) => {
    const lane = await store.own(0);
    assert.deepEqual(await store.write(lane, writeOf({ append: { q: STRANGE } })), [0]);
    assert.deepEqual(await store.write(lane, writeOf({ append: { q: ['next'] } })), [STRANGE.length]);
    const entries = await entriesOf(lane, 'q');
    assert.deepEqual(
      entries.map(({ text }) => text),
      [...STRANGE, 'next'],
    );
    assert.deepEqual(
      entries.map(({ position }) => position),
      entries.map((_, index) => index),
    );
    assert.equal((await lane.read('q', 5, 1000))[0]?.position, 5);
    assert.deepEqual(await lane.read('q', entries.length, 1000), []);
    assert.deepEqual(await lane.read('q', entries.length + 1000, 1000), []);
    assert.deepEqual(await lane.read('never heard of', 0, 1000), []);
  },
  'keeps the queues of a lane apart, whatever they are called': async (world) => {
    const { store } = world;
    const lane = await store.own(0);
    const append = STRANGE_NAMES.map((queue, index) => ({ queue, entries: texts(`queue ${index}`, index + 1) }));
    assert.deepEqual(
      await store.write(lane, { ...writeOf({}), append }),
      append.map(() => 0),
    );
    assert.deepEqual(
      await store.write(lane, { ...writeOf({}), append: append.toReversed() }),
      append.map(({ entries }) => entries.length).toReversed(),
    );
    const reowned = await (await world.reopen()).own(0);
    assert.deepEqual(new Set(reowned.queues.keys()), new Set(STRANGE_NAMES));
    for (const { queue, entries } of append) {
      assert.deepEqual(await textsOf(reowned, queue), [...entries, ...entries], JSON.stringify(queue));
      assert.deepEqual(reowned.queues.get(queue), { first: 0, end: entries.length * 2, bytes: utf8(entries) * 2 });
    }
  },
  'takes 1,000 queues in one write': async (world) => {
    const { store } = world;
    const lane = await store.own(0);
    const append = Array.from({ length: 1000 }, (_, number) => ({
      queue: `queue ${number}`,
      entries: texts(`${number} of`, 8),
    }));
    for (let round = 0; round < 3; round += 1) {
      const firsts = await store.write(lane, { ...writeOf({ put: { round: String(round) } }), append });
      assert.deepEqual(new Set(firsts), new Set([round * 8]));
    }
    const reowned = await (await world.reopen()).own(0);
    assert.equal(reowned.queues.size, 1000);
    for (const { queue, entries } of append.filter((_, index) => index % 97 === 0)) {
      assert.deepEqual(reowned.queues.get(queue), { first: 0, end: 24, bytes: utf8(entries) * 3 });
      assert.deepEqual(await textsOf(reowned, queue, 4), [...entries.slice(4), ...entries, ...entries]);
    }
  },
  'begins a queue that gets no entries, or leaves it out': async ({ store }) => {
    const lane = await store.own(0);
    assert.deepEqual(await store.write(lane, writeOf({ append: { q: [] } })), [0]);
    assert.deepEqual(await store.write(lane, writeOf({ append: { q: ['a'], r: [] } })), [0, 0]);
    assert.deepEqual(await store.write(lane, writeOf({ append: { q: [] } })), [1]);
    assert.deepEqual(await textsOf(lane, 'q'), ['a']);
  },
  'reads in pages of about the size asked for, at least one entry each': async ({ store }) => {
    const lane = await store.own(0);
    for (let count = 0; count < 10; count += 1) {
      await store.write(lane, writeOf({ append: { q: [`${count}`.padEnd(1000, 'x')], other: ['between'] } }));
    }
    await store.write(lane, writeOf({ append: { q: Array.from({ length: 90 }, () => 'y'.repeat(1000)) } }));
    const page = await lane.read('q', 0, 2500);
    assert.ok(page.length >= 1 && page.length <= 4, `a page of ${page.length} entries`);
    const later = await lane.read('q', 50, 2500);
    assert.ok(later.length >= 1 && later.length <= 4, `a later page of ${later.length} entries`);
    assert.equal((await entriesOf(lane, 'q', 0, 10)).length, 100);
    assert.ok((await lane.read('q', 0, 1e6)).length > 10);
  },
  'reads scattered entries in the order asked for': async ({ store }) => {
    const lane = await store.own(0);
    const all = texts('entry', 600).map((text, index) => (index % 7 === 0 ? `${text} ü😀` : text));
    for (let from = 0; from < all.length; from += 20) {
      await store.write(lane, writeOf({ append: { q: all.slice(from, from + 20), other: texts('other', 3) } }));
    }
    const positions = all.map((_, index) => index).filter((index) => index % 13 === 0 || index % 20 < 2);
    assert.deepEqual(
      (await lane.readAt('q', positions)).map(({ position, text }) => [position, text]),
      positions.map((position) => [position, all[position]]),
    );
    assert.deepEqual(await lane.readAt('q', []), []);
  },
  'says STORE_CORRUPT, with lane, queue and position, when it is asked for an entry that is not there': async ({
    store,
  }) => {
    const lane = await store.own(1);
    await store.write(lane, writeOf({ append: { 'some queue': ['a', 'b'] } }));
    const named = {
      code: 'STORE_CORRUPT',
      message: /lane 1\b.*position 2\b.*"some queue"|"some queue".*position 2\b/i,
    };
    await assert.rejects(lane.readAt('some queue', [0, 2]), named);
    await assert.rejects(lane.readAt('none', [0]), { code: 'STORE_CORRUPT' });
    assert.equal((await lane.readAt('some queue', [0, 1])).length, 2);
  },
  'writes entries of several queues, their ends and state together or not at all': async (world) => {
    const { store } = world;
    const lane = await store.own(0);
    await store.write(lane, writeOf({ append: { a: ['1', '2'], b: ['3'] }, put: { k: 'v', l: 'w' } }));
    await assert.rejects(
      store.write(lane, {
        ...writeOf({ put: { k: 'x', l: null }, over: [{ queue: 'a', from: 0, to: 2 }] }),
        append: [
          { queue: 'a', entries: ['no'] },
          { queue: 'a', entries: ['no'] },
        ],
      }),
      { code: 'INVALID' },
    );
    await assert.rejects(store.write(lane, writeOf({ append: { b: ['no'] }, remove: ['b'] })), { code: 'INVALID' });
    await store.write(
      lane,
      writeOf({ append: { b: ['4'], c: ['5'] }, put: { k: null, m: 'y' }, over: [{ queue: 'a', from: 0, to: 1 }] }),
    );
    const reowned = await (await world.reopen()).own(0);
    assert.deepEqual([...reowned.queues].map(([name, { first, end }]) => [name, first, end]).sort(), [
      ['a', 1, 2],
      ['b', 0, 2],
      ['c', 0, 1],
    ]);
    assert.deepEqual(await reowned.scan('', undefined, 10), [
      ['l', 'w'],
      ['m', 'y'],
    ]);
  },
  'refuses a write that is too large with INVALID, and goes on': async ({ store }) => {
    const lane = await store.own(0);
    const half = 'ü'.repeat(Math.ceil(store.maxWriteBytes / 4));
    await assert.rejects(store.write(lane, writeOf({ append: { a: [half], b: [half, 'x'] } })), { code: 'INVALID' });
    await assert.rejects(store.write(lane, writeOf({ append: { a: [half] }, put: { k: half, l: 'x' } })), {
      code: 'INVALID',
    });
    assert.deepEqual(await store.write(lane, writeOf({ append: { a: ['fits'] } })), [0]);
    assert.equal(await lane.get('k'), undefined);
    assert.deepEqual(await textsOf(lane, 'a'), ['fits']);
  },
};

/** For stores whose harness can damage an entry. */
export const DAMAGE_CASES: Readonly<Record<string, PortCase>> = {
  'fails for a damaged entry alone, naming lane, queue and position': async (world) => {
    let { store } = world;
    let lane = await store.own(0);
    const damaged = `damaged ${'x'.repeat(100_000)}`;
    const long = (name: string) => [`${name} ${'y'.repeat(100_000)}`];
    await store.write(lane, writeOf({ append: { a: long('1'), b: long('1') } }));
    await store.write(lane, writeOf({ append: { a: [damaged], b: long('2') } }));
    await store.write(lane, writeOf({ append: { a: long('3'), b: long('3') } }));
    store = (await world.damage?.(damaged)) ?? store;
    lane = await store.own(0);
    const named = { code: 'STORE_CORRUPT', message: /lane 0\b.*position 1\b.*"a"|lane 0\b.*"a".*position 1\b/i };
    await assert.rejects(lane.readAt('a', [0, 1]), named);
    await assert.rejects(lane.read('a', 1, 1000), named);
    assert.equal((await lane.readAt('a', [0, 2])).length, 2);
    assert.equal((await textsOf(lane, 'b')).length, 3);
    assert.deepEqual(await store.write(lane, writeOf({ append: { a: ['next'] } })), [3]);
    await store.write(lane, writeOf({ over: [{ queue: 'a', from: 0, to: 2 }] }));
    assert.equal((await textsOf(lane, 'a', 2)).length, 2);
  },
};
