import { describe, expect, test } from 'vitest';
import { type LaneWrite, MemoryStore, type Outcome } from './index.ts';
import { heldLine } from './line.ts';
import { append, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { loneLane } from './testing/lone-lane.ts';
import { settle } from './testing.ts';

const busy: Outcome = { kind: 'retry', reason: 'Busy.', status: 503 };
const no: Outcome = { kind: 'rejected', reason: 'No.' };

/** A store that remembers which state keys were written, write by write. */
class WatchedStore extends MemoryStore {
  readonly puts: string[][] = [];

  override write(writes: readonly LaneWrite[]): Promise<readonly number[]> {
    this.puts.push(writes.flatMap(({ put }) => [...put.keys()]));
    return super.write(writes);
  }
}

describe('age', () => {
  test('seals one group after the other with nothing else coming in', async () => {
    const { engine, clock, events } = await world();
    await append(engine, [line('1', 'a')]);
    await clock.advance(30);
    await append(engine, [line('2', 'b')]);
    await clock.advance(30);
    await append(engine, [{ ...line('3', 'c'), destination: 'e' }]);
    const start = clock.now() - 60;
    const sealed: number[] = [];
    for (let count = 0; count < 200; count += 1) {
      await clock.advance(1);
      while (events.filter(({ type }) => type === 'sealed').length > sealed.length) sealed.push(clock.now() - start);
    }
    expect(sealed).toEqual([100, 130, 160]);
  });

  test('is told of when a batch is sealed, with everything else that is known of it', async () => {
    const { engine, clock, events } = await world();
    await append(engine, [line('1'), line('22')]);
    await clock.advance(40);
    await engine.drain();
    await append(engine, numbered(4));
    await settle();
    expect(events.filter(({ type }) => type === 'sealed')).toEqual([
      {
        type: 'sealed',
        destination: 'd',
        key: 'k',
        batch: 'store-lines-0-0',
        reason: 'drain',
        lines: 2,
        bytes: 2 + 3 + 1,
        ageMs: 40,
      },
      {
        type: 'sealed',
        destination: 'd',
        key: 'k',
        batch: 'store-lines-0-2',
        reason: 'lines',
        lines: 4,
        bytes: 2 + 4 + 3,
        ageMs: 0,
      },
    ]);
    expect(engine.ledger().batches.sealed).toEqual({ drain: 1, lines: 1 });
  });
});

describe('reconfiguring', () => {
  test('cuts what is over the new limits, and ages the rest by them', async () => {
    let policy = { ...POLICY, maxAgeMs: 10_000 };
    const { engine, clock, sent } = await world([], { policy: () => policy });
    await append(engine, [...numbered(3, 'a'), line('x', 'b')]);
    policy = { ...POLICY, maxLines: 2, maxAgeMs: 50 };
    await clock.advance(20);
    engine.reconfigure('d');
    await settle();
    expect(sent.map(({ key, reason, lines }) => [key, reason, lines.length])).toEqual([
      ['a', 'reconfigured', 2],
      ['a', 'reconfigured', 1],
    ]);
    await clock.advance(29);
    expect(sent).toHaveLength(2);
    await clock.advance(1);
    expect(sent[2]).toMatchObject({ key: 'b', reason: 'age' });
  });
});

describe('what is written', () => {
  test('names a destination’s counts when they changed, and no others', async () => {
    const store = new WatchedStore();
    const { engine } = await world([], { store });
    await append(engine, [{ ...line('1'), destination: 'e' }]);
    await append(engine, [line('1')]);
    expect(store.puts).toEqual([['tally/"e"'], ['tally/"d"']]);
  });

  test('is no manifest for a line that is a batch of its own', async () => {
    const store = new WatchedStore();
    const { engine, clock } = await world([busy], { store, policy: 'unit' });
    await append(engine, numbered(3));
    await clock.advance(100);
    expect(engine.ledger()).toMatchObject({ delivered: 3 });
    expect(store.puts.flat().filter((key) => /^(batch|replay)\//.test(key))).toEqual([]);
  });

  test('is forgotten when it is over: manifests, attempts and replays', async () => {
    const { engine, clock, states } = await world([busy, no]);
    await append(engine, numbered(4));
    await clock.advance(100);
    await append(engine, numbered(4));
    const [letter] = await engine.deadLetters();
    await engine.replay(letter?.ref ?? '');
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ delivered: 8, replayed: 4 });
    await engine.close();
    expect((await states()).map(([key]) => key)).toEqual(['next-dead', 'settled/0', 'tally/"d"']);
  });

  test('has the counts of sealed batches with the manifest, before any is sent', async () => {
    const { engine, open } = await world();
    engine.pause('d');
    await append(engine, numbered(4));
    await engine.close();
    expect((await open()).ledger().batches.sealed).toEqual({ lines: 1 });
  });
});

test('knows which batch ids could have been its own', async () => {
  const { engine } = await world();
  await append(engine, numbered(4));
  const states = async (batch: string) => (await engine.explain({ batch })).map(({ state }) => state);
  expect(await states('store-lines-0-3')).toEqual(['over']);
  expect(await states('store-lines-0-4')).toEqual(['unknown']);
  expect(await states('store-other-0-3')).toEqual(['unknown']);
});

test('a batch that is over is nothing to wait for, nor to remember', async () => {
  const lane = await loneLane();
  const destination = lane.destination('d');
  lane.append(destination, heldLine('UPSERT', 'ann', 'x', 0));
  await settle();
  lane.drain(destination);
  await settle();
  expect(destination.tally.delivered).toBe(1);
  lane.append(destination, heldLine('DELETE', 'ann', 'x', 0));
  await settle();
  expect(destination.batcher.peek('DELETE')).toMatchObject({ after: undefined });
});

/** A lane without an engine, whose partner takes everything; it seals for memory only when told to. */
