import assert from 'node:assert/strict';
import { ProcessStore } from '../process-store.ts';
import { entriesOf, type PortCase, texts, textsOf, writeOf } from './harness.ts';

/** Who owns a lane, and in which order its calls take effect. */
export const OWNER_CASES: Readonly<Record<string, PortCase>> = {
  'takes effect in the order of the calls, however many are under way': async ({ store }) => {
    const [lane, other] = [await store.own(0), await store.own(1)];
    const calls = Array.from({ length: 200 }, (_, index) => {
      const over = index < 50 ? [] : [{ queue: 'q', from: index - 50, to: index - 49 }];
      void store.write(other, writeOf({ append: { q: [`other ${index}`] } }));
      const append: Record<string, string[]> = { q: [`entry ${index}`], [`q${index % 3}`]: [`${index}`] };
      return store.write(lane, writeOf({ append, put: { last: String(index) }, over }));
    });
    const read = lane.read('q', 150, 1e6);
    assert.deepEqual(
      await Promise.all(calls),
      calls.map((_, index) => [index, Math.floor(index / 3)]),
    );
    assert.deepEqual(
      (await read).map(({ text }) => text),
      texts('entry', 200).slice(150),
    );
    assert.equal(await lane.get('last'), '199');
    assert.deepEqual(
      (await textsOf(lane, 'q1')).map(Number),
      texts('', 200).flatMap((_, index) => (index % 3 === 1 ? [index] : [])),
    );
    assert.deepEqual(await textsOf(other, 'q'), texts('other', 200));
  },
  'fences the earlier owner of a lane, whose calls then change and read nothing': async ({ store }) => {
    const first = await store.own(0);
    await store.write(first, writeOf({ append: { q: ['a'] } }));
    const second = await store.own(0);
    const fenced = { code: 'FENCED' };
    await assert.rejects(store.write(first, writeOf({ append: { q: ['b'] }, put: { k: 'v' } })), fenced);
    await assert.rejects(first.read('q', 0, 100), fenced);
    await assert.rejects(first.readAt('q', [0]), fenced);
    await assert.rejects(first.get('k'), fenced);
    await assert.rejects(first.scan('', undefined, 10), fenced);
    await assert.rejects(store.release(first), fenced);
    await store.write(second, writeOf({ append: { q: ['c'] } }));
    assert.deepEqual(await textsOf(second, 'q'), ['a', 'c']);
    assert.equal(await second.get('k'), undefined);
  },
  'takes a lane again that was given back, with what was written before': async ({ store }) => {
    const lane = await store.own(0);
    await store.own(1);
    await store.write(lane, writeOf({ append: { q: ['a'] } }));
    await store.release(lane);
    await assert.rejects(store.write(lane, writeOf({ append: { q: ['b'] } })), { code: 'FENCED' });
    await assert.rejects(lane.read('q', 0, 100), { code: 'FENCED' });
    const again = await store.own(0);
    assert.deepEqual(await store.write(again, writeOf({ append: { q: ['c'] } })), [1]);
    assert.deepEqual(await textsOf(again, 'q'), ['a', 'c']);
  },
  'draws a new token each time a lane is taken, while entries keep theirs': async (world) => {
    const tokens: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const lane = await world.store.own(0);
      assert.match(lane.token, /^[0-9a-z]{12,}$/);
      assert.equal((await world.store.own(1)).token === lane.token, false);
      await world.store.write(lane, writeOf({ append: { q: texts(`${round}`, 3), r: ['x'] } }));
      tokens.push(lane.token);
      assert.deepEqual(
        (await entriesOf(lane, 'q')).map(({ token }) => token),
        tokens.flatMap((token) => [token, token, token]),
      );
      if (round % 2 === 1) await world.reopen();
    }
    assert.equal(new Set(tokens).size, tokens.length);
    const lane = await world.store.own(0);
    assert.deepEqual(
      (await lane.readAt('r', [0, 3])).map(({ token }) => token),
      [tokens[0], tokens[3]],
    );
    // When everything is over, a store may forget earlier owners; what comes next has the present
    // one.
    const all = [
      { queue: 'q', from: 0, to: 12 },
      { queue: 'r', from: 0, to: 4 },
    ];
    await world.store.write(lane, writeOf({ over: all }));
    await world.reopen();
    const last = await world.store.own(0);
    await world.store.write(last, writeOf({ append: { q: ['y'] } }));
    assert.deepEqual(
      (await last.readAt('q', [12])).map(({ token }) => token),
      [last.token],
    );
  },
  'refuses a lane that there is not with INVALID': async ({ store }) => {
    for (const number of [-1, 2, 0.5, Number.NaN]) await assert.rejects(store.own(number), { code: 'INVALID' });
  },
  'lets nothing in behind a write that failed, until the lane is owned anew; other lanes go on': async ({ store }) => {
    const process = new ProcessStore(store);
    const [one, two] = [await process.own(0), await process.own(1)];
    await process.write(one, writeOf({ append: { q: ['a'] } }));
    process.failAt(process.calls + 1, 'fail');
    await assert.rejects(process.write(one, writeOf({ append: { q: ['b'] } })), { code: 'STORE_FAILED' });
    await assert.rejects(process.write(one, writeOf({ append: { q: ['c'] } })), { code: 'STORE_FAILED' });
    assert.deepEqual(await process.write(two, writeOf({ append: { q: ['d'] } })), [0]);
    const again = await process.own(0);
    assert.deepEqual(await process.write(again, writeOf({ append: { q: ['e'] } })), [1]);
    assert.deepEqual(await textsOf(again, 'q'), ['a', 'e']);
    assert.deepEqual(await textsOf(two, 'q'), ['d']);
  },
};
