import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../delivery-error.ts';
import { MemoryStore } from '../memory-store.ts';
import type { Lane, LaneWrite } from '../store.ts';
import { settle } from '../testing.ts';
import { LaneHolds } from './lane-holds.ts';
import { LaneWriter, type WriterMember } from './lane-writer.ts';
import type { WritePart } from './write-part.ts';

/** A memory store whose answers are given one by one. */
class SlowStore extends MemoryStore {
  readonly calls: { readonly write: LaneWrite; answer(error?: Error): void }[] = [];

  override async write(lane: Lane, write: LaneWrite): Promise<readonly number[]> {
    const firsts = await super.write(lane, write);
    return new Promise((resolve, reject) => {
      this.calls.push({ write, answer: (error) => (error === undefined ? resolve(firsts) : reject(error)) });
    });
  }

  async answer(error?: Error): Promise<void> {
    this.calls.shift()?.answer(error);
    await settle(3);
  }
}

class Member implements WriterMember {
  writes = 0;

  beforeWrite(part: WritePart): void {
    this.writes += 1;
    part.put.set('before', String(this.writes));
  }
}

async function world() {
  const store = new SlowStore();
  const writer = new LaneWriter(store, await store.own(0));
  const taken: string[] = [];
  const append = (text: string, queue = 'q') =>
    writer.append({
      queue,
      entries: [text],
      sizes: [text.length],
      notes: undefined,
      taken: (first) => taken.push(`${text} ${first}`),
    });
  return { store, writer, append, taken, member: new Member() };
}

const appended = (store: SlowStore) => store.calls.map(({ write }) => write.append.flatMap(({ entries }) => entries));

describe('LaneWriter', () => {
  it('writes what one turn brought in one call, and tells everyone once it is durable', async () => {
    const { store, writer, append, taken, member } = await world();
    const said: string[] = [];
    void append('a').then(() => said.push('appended'));
    void append('b', 'other');
    const part = writer.part(member);
    part.append({ queue: 'q', entries: ['forwarded'], bytes: 9, taken: (first) => taken.push(`forwarded ${first}`) });
    part.put.set('key', 'value');
    part.callbacks.push(() => said.push('callback'));
    void writer.written().then(() => said.push('written'));
    await settle(3);
    expect(appended(store)).toEqual([['forwarded', 'a', 'b']]);
    expect([...(store.calls[0]?.write.put ?? [])]).toEqual([
      ['key', 'value'],
      ['before', '1'],
    ]);
    expect([taken, said]).toEqual([[], []]);
    await store.answer();
    expect(taken).toEqual(['forwarded 0', 'a 1', 'b 0']);
    expect(said).toEqual(['callback', 'written', 'appended']);
  });

  it('writes nothing when nothing was put, and says so behind what is on its way', async () => {
    const { store, writer, append } = await world();
    await writer.written();
    expect(store.calls).toHaveLength(0);
    void append('a');
    await settle(3);
    let isWritten = false;
    void writer.written().then(() => {
      isWritten = true;
    });
    await settle(3);
    expect(isWritten).toBe(false);
    await store.answer();
    expect(isWritten).toBe(true);
  });

  it('has two calls under way and gathers the rest, in order', async () => {
    const { store, append } = await world();
    for (const text of ['a', 'b', 'c', 'd']) {
      void append(text);
      await settle(2);
    }
    expect(appended(store)).toEqual([['a'], ['b']]);
    await store.answer();
    expect(appended(store)).toEqual([['b'], ['c', 'd']]);
  });

  it('writes early what has gathered, four calls at a time, but never within a change', async () => {
    const { store, writer, append, member } = await world();
    const fill = (count: number) => {
      for (let index = 0; index < count; index += 1) void append('x');
    };
    writer.together(() => {
      fill(70);
      writer.part(member).put.set('late', '1');
    });
    await settle(3);
    expect(store.calls.map(({ write }) => [write.append[0]?.entries.length, write.put.get('late')])).toEqual([
      [70, '1'],
    ]);
    for (let round = 0; round < 5; round += 1) fill(64);
    await settle(3);
    expect(appended(store).map(({ length }) => length)).toEqual([70, 64, 64, 64]);
  });

  it('puts changes that are large already into a write of their own', async () => {
    const { store, writer, member } = await world();
    for (const text of ['a', 'b', 'c']) {
      writer.together(() => {
        const entries = [text.repeat(600_000)];
        writer.part(member).append({ queue: 'q', entries, bytes: 600_000, taken: () => {} });
      });
    }
    await settle(3);
    await store.answer();
    await store.answer();
    expect(member.writes).toBe(2);
  });

  it('lets a small append pass a giant one of another queue', async () => {
    const { store, writer, append } = await world();
    const entries = Array.from({ length: 5_000 }, () => 'x'.repeat(1_000));
    const giant = {
      queue: 'giant',
      entries,
      sizes: entries.map(({ length }) => length),
      notes: undefined,
      taken: () => {},
    };
    let isGiantIn = false;
    const all = writer.append(giant).then(() => {
      isGiantIn = true;
    });
    const small = append('small');
    await settle(2);
    for (let answers = 0; answers < 2; answers += 1) await store.answer();
    await small;
    expect(isGiantIn).toBe(false);
    while (store.calls.length > 0) await store.answer();
    await all;
  });

  it('stops for good when a write fails, tells everyone, and writes nothing behind the gap', async () => {
    const { store, writer, append } = await world();
    const told: string[] = [];
    writer.onBroken(({ code }) => told.push(code));
    const forget = writer.onBroken(() => told.push('forgotten'));
    forget();
    const first = append('a');
    await settle(2);
    const second = append('b');
    await settle(2);
    const third = append('c');
    const outcome = Promise.allSettled([first, second, third]);
    const full = new DeliveryError('STORE_FULL', 'No room.');
    await store.answer(full);
    await store.answer(new DeliveryError('FENCED', 'Behind a gap.'));
    // The second failed because the first did: that is what all are told, and once.
    expect((await outcome).map((settled) => settled.status === 'rejected' && settled.reason)).toEqual([
      full,
      full,
      full,
    ]);
    await expect(append('d')).rejects.toBe(full);
    await expect(writer.written()).rejects.toBe(full);
    expect(store.calls).toEqual([]);
    writer.onBroken(({ code }) => told.push(`late ${code}`));
    expect(told).toEqual(['STORE_FULL', 'late STORE_FULL']);
  });

  it('makes a typed error of whatever a store throws', async () => {
    const { store, append } = await world();
    const appending = append('a');
    const failed = expect(appending).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('fire'),
    });
    await settle(2);
    await store.answer(new Error('Disk on fire.'));
    await failed;
  });
});

describe('LaneHolds', () => {
  it('shares a lane between the engines of a process, and gives it back with the last of them', async () => {
    const store = new MemoryStore();
    const holds = LaneHolds.of(store);
    expect(LaneHolds.of(store)).toBe(holds);
    const [one, two] = [await holds.take(0), await holds.take(0)];
    expect(one).toBe(two);
    await holds.letGo(0);
    await one.append({ queue: 'q', entries: ['a'], sizes: [1], notes: undefined, taken: () => {} });
    await holds.letGo(0);
    const again = await holds.take(0);
    expect(again).not.toBe(one);
    expect(again.lane.token).not.toBe(one.lane.token);
  });
});
