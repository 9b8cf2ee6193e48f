import { describe, expect, test } from 'vitest';
import { DeliveryError } from './delivery-error.ts';
import { Journal, type JournalLane, type Part } from './journal.ts';
import { heldLine } from './line.ts';
import { MemoryStore } from './memory-store.ts';
import type { Lane, LaneWrite } from './store.ts';
import { loneDestination } from './testing/engine-world.ts';
import { settle } from './testing.ts';

/** A memory store whose answers are given one by one. */
class SlowStore extends MemoryStore {
  readonly calls: { readonly writes: readonly LaneWrite[]; answer(error?: Error): void }[] = [];

  override async write(writes: readonly LaneWrite[]): Promise<readonly number[]> {
    const firsts = await super.write(writes);
    return new Promise((resolve, reject) => {
      this.calls.push({ writes, answer: (error) => (error === undefined ? resolve(firsts) : reject(error)) });
    });
  }

  async answer(error?: Error): Promise<void> {
    this.calls.shift()?.answer(error);
    await settle(3);
  }
}

class FakeLane implements JournalLane {
  readonly lane: Lane;
  readonly before: Part[] = [];
  readonly after: Part[] = [];

  constructor(lane: Lane) {
    this.lane = lane;
  }

  beforeWrite(part: Part): void {
    this.before.push(part);
    part.put.set('before', String(this.before.length));
  }

  afterWrite(part: Part): void {
    this.after.push(part);
  }
}

const destination = loneDestination();

async function world() {
  const store = new SlowStore();
  const lane = new FakeLane(await store.own('log', 0));
  const other = new FakeLane(await store.own('log', 1));
  const journal = Journal.of(store);
  const put = (text: string, to: FakeLane = lane) => {
    const part = journal.part(to);
    const line = heldLine('k', undefined, text, 0);
    part.lines.push(line);
    part.entries.push(text);
    part.destinations.push(destination);
    return line;
  };
  return { store, lane, other, journal, put };
}

const appended = (store: SlowStore) => store.calls.map(({ writes }) => writes.flatMap(({ append }) => append));

describe('the journal', () => {
  test('is one for a store', async () => {
    const { store, journal } = await world();
    expect(Journal.of(store)).toBe(journal);
    expect(Journal.of(new MemoryStore())).not.toBe(journal);
  });

  test('writes what one turn brought in one call, lane by lane, and tells everybody once it is durable', async () => {
    const { store, lane, other, journal, put } = await world();
    const lines = [put('a'), put('b'), put('c', other)];
    const said: string[] = [];
    journal.part(lane).callbacks.push(() => said.push('callback'));
    void journal.written().then(() => said.push('written'));
    await settle(3);
    expect(appended(store)).toEqual([['a', 'b', 'c']]);
    expect([lane.before.length, lane.after.length, said]).toEqual([1, 0, []]);
    expect(store.calls[0]?.writes.map(({ put: state }) => state.get('before'))).toEqual(['1', '1']);
    expect(lines.map(({ position }) => position)).toEqual([-1, -1, -1]);
    await store.answer();
    expect(lines.map(({ position }) => position)).toEqual([0, 1, 0]);
    expect([lane.after, other.after.length]).toEqual([lane.before, 1]);
    expect(said).toEqual(['callback', 'written']);
  });

  test('writes nothing when nothing was put, and says so', async () => {
    const { store, journal } = await world();
    await journal.written();
    expect(store.calls).toHaveLength(0);
  });

  test('has whoever puts nothing wait for what is on its way already', async () => {
    const { store, journal, put } = await world();
    put('a');
    await settle(3);
    let isWritten = false;
    void journal.written().then(() => {
      isWritten = true;
    });
    await settle(3);
    expect(isWritten).toBe(false);
    await store.answer();
    expect(isWritten).toBe(true);
  });

  test('has two calls under way and gathers the rest, in order', async () => {
    const { store, put } = await world();
    for (const text of ['a', 'b', 'c', 'd']) {
      put(text);
      await settle(2);
    }
    expect(appended(store)).toEqual([['a'], ['b']]);
    await store.answer();
    expect(appended(store)).toEqual([['b'], ['c', 'd']]);
    await store.answer();
    await store.answer();
    expect(store.calls).toEqual([]);
    put('e');
    await settle(2);
    expect(appended(store)).toEqual([['e']]);
  });

  test('writes a lane that has gathered much before the turn ends, four at a time, unless in the midst of a change', async () => {
    const { store, lane, other, journal, put } = await world();
    const fill = (count: number) => {
      for (let index = 0; index < count; index += 1) put('x');
    };
    fill(63);
    journal.hasGathered(lane);
    expect(lane.before).toHaveLength(0);
    fill(1);
    journal.hasGathered(other);
    expect(lane.before).toHaveLength(0);
    expect(() =>
      journal.together(() => {
        journal.hasGathered(lane);
        throw new Error('A change that failed is over.');
      }),
    ).toThrow('over');
    expect(lane.before).toHaveLength(0);
    journal.hasGathered(lane);
    expect(lane.before).toHaveLength(1);
    for (const under of [2, 3, 4, 4]) {
      fill(64);
      journal.hasGathered(lane);
      expect(lane.before).toHaveLength(under);
    }
    await settle(3);
    expect(appended(store).map(({ length }) => length)).toEqual([64, 64, 64, 64]);
    for (let answers = 0; answers < 3; answers += 1) await store.answer();
    expect(appended(store).map(({ length }) => length)).toEqual([64, 64]);
  });

  test('does not write by halves what a durable write sets off', async () => {
    const { store, lane, journal, put } = await world();
    put('a');
    journal.part(lane).callbacks.push(() => {
      for (let index = 0; index < 70; index += 1) put('x');
      journal.hasGathered(lane);
      expect(lane.before).toHaveLength(1);
      put('last');
    });
    await settle(2);
    await store.answer();
    expect(appended(store).map(({ length }) => length)).toEqual([71]);
  });

  test('stops for good when a write fails, tells everybody, and writes nothing behind the gap', async () => {
    const { store, journal, put } = await world();
    const told: string[] = [];
    journal.onBroken(({ code }) => told.push(code));
    const quiet = journal.onBroken(() => told.push('nobody'));
    quiet();
    put('a');
    const first = journal.written();
    await settle(2);
    put('b');
    const second = journal.written();
    const full = new DeliveryError('STORE_FULL', 'No room.');
    const fenced = new DeliveryError('FENCED', 'Behind a gap.');
    const outcome = Promise.allSettled([first, second]);
    await settle(2);
    expect(store.calls).toHaveLength(2);
    await store.answer(full);
    await store.answer(fenced);
    // The second failed because the first did: that is what both are told, and once.
    expect((await outcome).map((settled) => settled.status === 'rejected' && settled.reason)).toEqual([full, full]);
    expect(told).toEqual(['STORE_FULL']);
    put('c');
    await expect(journal.written()).rejects.toBe(full);
    expect(store.calls).toEqual([]);
    // Whoever comes late hears of it too.
    journal.onBroken(({ code }) => told.push(`late ${code}`));
    expect(told).toEqual(['STORE_FULL', 'late STORE_FULL']);
  });

  test('makes a typed error of whatever a store throws, and needs nobody to wait for it', async () => {
    const { store, journal, put } = await world();
    put('a');
    await settle(2);
    const cause = new Error('Disk on fire.');
    await store.answer(cause);
    await expect(journal.written()).rejects.toMatchObject({ code: 'STORE_FAILED', cause });
  });
});
