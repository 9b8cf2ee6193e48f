import { describe, expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';
import { writeOf } from './testing/contract/harness.ts';
import { portContract } from './testing/contract/port-cases.ts';

describe('the memory store', () => {
  const cases = portContract({
    open: async (lanes) => new MemoryStore({ lanes }),
    reopen: async (store) => store,
    destroy: (store) => store.close(),
  });
  for (const { name, run } of cases) it(name, run);

  it('forgets entries that are over, and finds those that are left', async () => {
    const store = new MemoryStore();
    const lane = await store.own(0);
    const entries = Array.from({ length: 5000 }, (_, index) => `${index}`);
    await store.write(lane, writeOf({ append: { q: entries } }));
    for (let from = 0; from < 4999; from += 7) {
      await store.write(lane, writeOf({ over: [{ queue: 'q', from, to: Math.min(from + 7, 4999) }] }));
    }
    expect(await lane.read('q', 0, 1e6)).toEqual([{ position: 4999, text: '4999', token: lane.token }]);
    expect(await lane.readAt('q', [4999])).toHaveLength(1);
    await expect(lane.readAt('q', [4998])).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('takes writes of the size it was made for', async () => {
    const store = new MemoryStore({ maxWriteBytes: 10 });
    const lane = await store.own(0);
    await store.write(lane, writeOf({ append: { q: ['ü'.repeat(4)] }, put: { k: 'v' } }));
    await expect(store.write(lane, writeOf({ append: { q: ['ü'.repeat(5), 'x'] } }))).rejects.toMatchObject({
      code: 'INVALID',
    });
  });
});
