import assert from 'node:assert/strict';
import { type PortCase, writeOf } from './harness.ts';

/** Keyed state of a lane. */
export const STATE_CASES: Readonly<Record<string, PortCase>> = {
  'keeps state by key, in key order, page by page': async ({ store }) => {
    const lane = await store.own(0);
    const keys = ['a/1', 'a/2', 'a/10', 'a', 'b/1', 'a/😀', 'A/1', 'a0'];
    await store.write(lane, writeOf({ put: Object.fromEntries(keys.map((key) => [key, `value of ${key}`])) }));
    const listed = ['a/1', 'a/10', 'a/2', 'a/😀'];
    const scan = async (after: string | undefined, limit: number) =>
      (await lane.scan('a/', after, limit)).map(([key]) => key);
    assert.deepEqual(await scan(undefined, 100), listed);
    assert.deepEqual(await scan(undefined, 2), listed.slice(0, 2));
    assert.deepEqual(await scan(listed[1], 100), listed.slice(2));
    assert.equal((await lane.scan('', undefined, 100)).length, keys.length);
    await store.write(lane, writeOf({ put: { 'a/1': null, 'a/2': 'changed', gone: null, empty: '' } }));
    assert.equal(await lane.get('a/1'), undefined);
    assert.equal(await lane.get('a/2'), 'changed');
    assert.equal(await lane.get('a'), 'value of a');
    assert.equal(await lane.get('empty'), '');
  },
  'keeps what it acknowledged across a reopening, and its id': async (world) => {
    const { id } = world.store;
    const lane = await world.store.own(0);
    await world.store.write(lane, writeOf({ append: { q: ['text'] }, put: { key: 'value' } }));
    const again = await world.reopen();
    assert.equal(again.id, id);
    assert.equal(again.lanes, 2);
    assert.equal(await (await again.own(0)).get('key'), 'value');
  },
  'keeps the state and the queues of lanes apart': async (world) => {
    const [one, two] = [await world.store.own(0), await world.store.own(1)];
    assert.deepEqual([one.number, two.number], [0, 1]);
    await world.store.write(one, writeOf({ append: { q: ['of one'] }, put: { k: '1' } }));
    await world.store.write(two, writeOf({ append: { q: ['of two', 'more'], r: ['x'] }, put: { k: '2' } }));
    await world.store.write(one, writeOf({ over: [{ queue: 'r', from: 0, to: 1 }], remove: ['r'] }));
    const again = await world.reopen();
    const [first, second] = [await again.own(0), await again.own(1)];
    assert.deepEqual([await first.get('k'), await second.get('k')], ['1', '2']);
    assert.deepEqual([...first.queues.keys()], ['q']);
    assert.deepEqual([...second.queues.keys()].sort(), ['q', 'r']);
    assert.deepEqual(
      (await second.read('q', 0, 100)).map(({ text }) => text),
      ['of two', 'more'],
    );
  },
};
