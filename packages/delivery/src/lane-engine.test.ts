import { describe, expect, it } from 'vitest';
import { type Lane, type LaneWrite, MemoryStore, type Outcome } from './index.ts';
import { append, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { settle } from './testing.ts';

const busy: Outcome = { kind: 'retry', reason: 'Busy.', status: 503 };
const no: Outcome = { kind: 'rejected', reason: 'No.' };

/** A store that remembers which state keys were written, write by write. */
class WatchedStore extends MemoryStore {
  readonly puts: string[][] = [];

  override write(lane: Lane, write: LaneWrite): Promise<readonly number[]> {
    this.puts.push([...write.put.keys()]);
    return super.write(lane, write);
  }
}

describe('age', () => {
  it('seals one group after the other with nothing else coming in', async () => {
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

  it('is told of when a batch is sealed, with everything else that is known of it', async () => {
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
        batch: expect.stringMatching(/^[0-9a-z]{16}-lines-d-0$/),
        reason: 'drain',
        lines: 2,
        maxLines: 4,
        bytes: 2 + 3 + 1,
        ageMs: 40,
        express: false,
      },
      {
        type: 'sealed',
        destination: 'd',
        key: 'k',
        batch: expect.stringMatching(/^[0-9a-z]{16}-lines-d-2$/),
        reason: 'lines',
        lines: 4,
        maxLines: 4,
        bytes: 2 + 4 + 3,
        ageMs: 0,
        express: false,
      },
    ]);
    expect(engine.ledger()).toMatchObject({
      batches: { sealed: { drain: 1, lines: 1 } },
      sealedLines: { drain: 2, lines: 4 },
      sealedLimits: { drain: 4, lines: 4 },
    });
  });
});

describe('reconfiguring', () => {
  it('cuts what is over the new limits, and ages the rest by them', async () => {
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
  it('is nothing but the lines when lines come in, and the counts of those that changed when they are over', async () => {
    const store = new WatchedStore();
    const { engine } = await world([], { store });
    await append(engine, [{ ...line('1'), destination: 'e' }]);
    await append(engine, [line('1')]);
    expect(store.puts).toEqual([[], []]);
    await engine.drain('e');
    await settle();
    expect(store.puts.flat().filter((key) => key.includes('tally'))).toEqual(['lines/tally/"e"', 'lines/tally/"e"']);
  });

  it('is no manifest for a line that is a batch of its own', async () => {
    const store = new WatchedStore();
    const { engine, clock } = await world([busy], { store, policy: 'unit' });
    await append(engine, numbered(3));
    await clock.advance(100);
    expect(engine.ledger()).toMatchObject({ delivered: 3 });
    expect(store.puts.flat().filter((key) => /^lines\/batch\//.test(key))).toEqual([]);
  });

  it('is forgotten when it is over: manifests, attempts and replays', async () => {
    const { engine, clock, states, entries } = await world([busy, no]);
    await append(engine, numbered(4));
    await clock.advance(100);
    await append(engine, numbered(4));
    const [letter] = await engine.deadLetters();
    await engine.replay(letter?.ref ?? '');
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ delivered: 8, replayed: 4 });
    await engine.close();
    expect((await states()).map(([key]) => key)).toEqual(['lines/tally/"d"']);
    expect(await entries()).toEqual([]);
  });

  it('has the counts of sealed batches with the manifest, before any is sent', async () => {
    const { engine, open } = await world();
    engine.pause('d');
    await append(engine, numbered(4));
    await engine.close();
    expect((await open()).ledger().batches.sealed).toEqual({ lines: 1 });
  });
});

it('knows which batch ids were its own', async () => {
  const { engine, sent } = await world();
  await append(engine, numbered(5));
  const states = async (batch: string) => (await engine.explain({ batch })).map(({ state }) => state);
  const id = sent[0]?.id ?? '';
  expect(await states(id)).toEqual(['over']);
  expect(await states(id.replace(/0$/, '4'))).toEqual(['unknown']);
  expect(await states(id.replace('lines', 'other'))).toEqual(['unknown']);
  expect(await states('nonsense')).toEqual(['unknown']);
});
