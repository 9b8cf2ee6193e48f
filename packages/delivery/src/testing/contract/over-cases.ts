import assert from 'node:assert/strict';
import type { EntryRange } from '../../store.ts';
import { entriesOf, type PortCase, type PortWorld, texts, textsOf, writeOf } from './harness.ts';

const range = (queue: string, from: number, to: number): EntryRange => ({ queue, from, to });

/** Names entries as over, in one write or several, and expects that exactly the others are left. */
async function expectLeft(
  world: PortWorld,
  sizes: readonly number[],
  overs: readonly (readonly (readonly [from: number, to: number])[])[],
): Promise<void> {
  let lane = await world.store.own(0);
  const all = texts(
    'entry',
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let next = 0;
  for (const size of sizes) {
    await world.store.write(lane, writeOf({ append: { q: all.slice(next, next + size), by: ['stays'] } }));
    next += size;
  }
  const left = new Set(all.keys());
  for (const ranges of overs) {
    await world.store.write(lane, writeOf({ over: ranges.map(([from, to]) => range('q', from, to)) }));
    for (const [from, to] of ranges) for (let position = from; position < to; position += 1) left.delete(position);
    for (const reopen of [false, true]) {
      if (reopen) lane = await (await world.reopen()).own(0);
      const read = await entriesOf(lane, 'q');
      const live = read.filter(({ position }) => left.has(position));
      assert.deepEqual(
        live.map(({ position, text }) => [position, text]),
        [...left].map((position) => [position, all[position]]),
      );
      assert.deepEqual(
        (await lane.readAt('q', [...left])).map(({ text }) => text),
        [...left].map((position) => all[position]),
      );
      if (!reopen) continue;
      const [first = all.length] = left;
      const { bytes } = lane.queues.get('q') ?? {};
      assert.deepEqual(lane.queues.get('q'), { first, end: all.length, bytes });
      assert.equal(bytes, Buffer.byteLength(all.join('')));
    }
  }
  assert.equal((await entriesOf(lane, 'by')).length, sizes.length);
}

/** Entries that are over go, the others stay. */
export const OVER_CASES: Readonly<Record<string, PortCase>> = {
  'keeps what is not over when ranges cut through writes': (world) =>
    expectLeft(world, [4, 4, 4], [[[0, 2]], [[2, 6]], [[6, 11]], [[11, 12]]]),
  'keeps what is not over when ranges come out of order': (world) =>
    expectLeft(world, [5, 1, 6], [[[3, 7]], [[9, 10]], [[8, 9]], [[0, 1]], [[10, 12]], [[1, 3]], [[7, 8]]]),
  'keeps what is not over when ranges of one write stand in any order': (world) =>
    expectLeft(
      world,
      [8, 8],
      [
        [
          [6, 10],
          [2, 3],
          [0, 1],
        ],
        [
          [12, 16],
          [1, 2],
          [10, 12],
        ],
      ],
    ),
  'keeps single entries between many that are over': (world) =>
    expectLeft(
      world,
      [40, 40, 40],
      [Array.from({ length: 40 }, (_, index) => [index * 3, index * 3 + 2] as const), [[2, 3]], [[119, 120]]],
    ),
  'knows first, end and bytes of every queue right after a reopening': async (world) => {
    const lane = await world.store.own(0);
    await world.store.write(lane, writeOf({ append: { a: ['ü', '', 'xy'], b: ['1'], c: ['2', '3'] } }));
    await world.store.write(lane, writeOf({ append: { a: ['z'] }, over: [range('a', 0, 2), range('b', 0, 1)] }));
    const reowned = await (await world.reopen()).own(0);
    assert.deepEqual(
      new Map([...reowned.queues].sort()),
      new Map([
        ['a', { first: 2, end: 4, bytes: 5 }],
        ['b', { first: 1, end: 1, bytes: 1 }],
        ['c', { first: 0, end: 2, bytes: 2 }],
      ]),
    );
  },
  'never gives a position twice, not even when everything is over': async (world) => {
    let lane = await world.store.own(0);
    await world.store.write(lane, writeOf({ append: { q: ['a', 'b', 'c'] } }));
    await world.store.write(lane, writeOf({ over: [range('q', 0, 3)] }));
    for (let end = 3; end < 6; end += 1) {
      lane = await (await world.reopen()).own(0);
      assert.deepEqual(lane.queues.get('q'), { first: end, end, bytes: end });
      assert.deepEqual(await lane.read('q', 0, 1000), []);
      assert.deepEqual(await world.store.write(lane, writeOf({ append: { q: ['d'] } })), [end]);
      assert.deepEqual(await textsOf(lane, 'q'), ['d']);
      await world.store.write(lane, writeOf({ over: [range('q', end, end + 1)] }));
    }
  },
  'takes the end of entries and their beginning in one write': async (world) => {
    const lane = await world.store.own(0);
    for (let round = 0; round < 20; round += 1) {
      const over = round === 0 ? [] : [range('q', round - 1, round)];
      assert.deepEqual(await world.store.write(lane, writeOf({ append: { q: [`${round}`] }, over })), [round]);
    }
    const reowned = await (await world.reopen()).own(0);
    assert.deepEqual(reowned.queues.get('q'), { first: 19, end: 20, bytes: 30 });
    assert.deepEqual(await textsOf(reowned, 'q', 19), ['19']);
  },
  'removes a queue with everything in it, and begins one of its name at 0 again': async (world) => {
    const { store } = world;
    const lane = await store.own(0);
    await store.write(lane, writeOf({ append: { gone: texts('old', 50), stays: texts('here', 50) } }));
    await store.write(lane, writeOf({ append: { gone: texts('older', 5) }, over: [range('gone', 3, 10)] }));
    await store.write(
      lane,
      writeOf({ remove: ['gone', 'never heard of'], over: [range('gone', 0, 2)], put: { 'a feed': 'gone' } }),
    );
    assert.deepEqual(await lane.read('gone', 0, 1000), []);
    assert.deepEqual(await store.write(lane, writeOf({ append: { gone: ['new', 'newer'] } })), [0]);
    assert.deepEqual(await textsOf(lane, 'gone'), ['new', 'newer']);
    const reowned = await (await world.reopen()).own(0);
    assert.deepEqual(reowned.queues.get('gone'), { first: 0, end: 2, bytes: 8 });
    assert.deepEqual(await textsOf(reowned, 'gone'), ['new', 'newer']);
    assert.deepEqual(await textsOf(reowned, 'stays'), texts('here', 50));
    await world.store.write(reowned, writeOf({ remove: ['gone'] }));
    assert.deepEqual([...(await (await world.reopen()).own(0)).queues.keys()], ['stays']);
  },
};
