import { describe, expect, test } from 'vitest';
import { type Lane, MemoryStore, type Outcome, openEngine } from './index.ts';
import { append, heldAnswers, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, settle } from './testing.ts';

const no: Outcome = { kind: 'rejected', reason: 'No.' };
const busy: Outcome = { kind: 'retry', reason: 'Busy.' };
const keysOf = (sent: readonly { key: string }[]) => sent.map(({ key }) => key);

/** Writes state into a lane behind the engine's back. */
async function tamper(store: MemoryStore, put: ReadonlyMap<string, string | null>): Promise<void> {
  await store.write([{ lane: await store.own('lines', 0), append: [], put, lowWater: undefined }]);
}

describe('an engine that is opened again', () => {
  test('holds as much memory as before, and no longer than the lines live', async () => {
    const { engine, open } = await world([no]);
    await append(engine, numbered(4, 'dead'));
    engine.pause('d');
    await append(engine, [...numbered(4, 'sealed'), ...numbered(3, 'open')]);
    await engine.replay((await engine.deadLetters())[0]?.ref ?? '');
    const held = engine.heldBytes;
    expect(held).toBe(11 * 257);
    await engine.close();
    const again = await open({ send: () => new Promise<never>(() => {}) });
    expect(again.heldBytes).toBe(held);
  });

  test('ages open lines from when they came', async () => {
    const { engine, clock, open, sent } = await world();
    await append(engine, [line('x')]);
    await clock.advance(60);
    await engine.close();
    await open();
    await clock.advance(39);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(sent).toMatchObject([{ reason: 'age' }]);
  });

  test('ages them from now when the clock was set back meanwhile', async () => {
    const { engine, clock, open, sent } = await world();
    await append(engine, [line('x')]);
    await engine.close();
    const earlier = new FakeClock(clock.now() - 1_000_000);
    await open({ clock: earlier });
    await earlier.advance(99);
    expect(sent).toEqual([]);
    await earlier.advance(1);
    expect(sent).toMatchObject([{ reason: 'age' }]);
  });

  test('counts attempts of a batch that was never tried from one', async () => {
    const { engine, open, sent } = await world();
    engine.pause('d');
    await append(engine, numbered(4));
    await engine.close();
    await (await open()).idle();
    expect(sent).toMatchObject([{ attempt: 1 }]);
  });

  test('goes on counting failures where it was, of replays too', async () => {
    const { engine, clock, open, sent } = await world([no, busy, busy, busy]);
    await append(engine, numbered(4, 'replayed'));
    await engine.replay((await engine.deadLetters())[0]?.ref ?? '');
    await append(engine, numbered(4, 'fresh'));
    await engine.close();
    const again = await open();
    await clock.advance(100);
    await again.idle();
    expect(sent.map(({ key, attempt, failures }) => [key, attempt, failures])).toEqual([
      ['replayed', 1, 0],
      ['replayed', 2, 0],
      ['fresh', 1, 0],
      ['fresh', 2, 1],
      ['replayed', 3, 1],
      ['fresh', 3, 2],
    ]);
  });

  test('has a batch wait for the older one of its subject as before', async () => {
    const { answer, give } = heldAnswers();
    const { engine, open, sent } = await world([answer]);
    engine.pause('d');
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann')]);
    engine.drain();
    await settle();
    await engine.close();
    await open();
    await settle();
    expect(keysOf(sent)).toEqual(['UPSERT']);
    await give();
    expect(keysOf(sent)).toEqual(['UPSERT', 'DELETE']);
  });

  test('has a batch wait for both parts of the older one', async () => {
    const { answer, give } = heldAnswers();
    const { engine, open, sent, clock } = await world([no, answer, answer, answer, answer], { bisect: true });
    await append(
      engine,
      ['ann', 'bob', 'cy', 'di'].map((who) => line(`up ${who}`, 'UPSERT', who)),
    );
    await append(engine, [line('down di', 'DELETE', 'di')]);
    engine.drain();
    await settle();
    const closing = engine.close({ patienceMs: 0 });
    await clock.advance(2000);
    await closing;
    sent.length = 0;
    await open();
    await settle();
    await give();
    await give();
    expect(keysOf(sent)).toEqual(['UPSERT', 'UPSERT']);
    await give();
    expect(keysOf(sent)).toEqual(['UPSERT', 'UPSERT', 'DELETE']);
  });

  test('gives new batches and replays numbers of their own', async () => {
    const { engine, open, states } = await world([no, no]);
    await append(engine, [...numbered(4, 'x'), ...numbered(4, 'y')]);
    const [first, second] = await engine.deadLetters();
    engine.pause('d');
    await append(engine, [...numbered(4, 'a'), ...numbered(4, 'b')]);
    await engine.replay(first?.ref ?? '');
    await engine.close();
    const again = await open({ send: () => new Promise<never>(() => {}), concurrency: 1 });
    await append(again, numbered(4, 'c'));
    await again.replay(second?.ref ?? '');
    await append(again, numbered(4, 'd'));
    const closing = again.close({ patienceMs: 0 });
    await settle();
    expect((await states('batch/')).map(([, value]) => JSON.parse(value)[2])).toEqual(['a', 'b', 'c', 'd']);
    expect(await states('replay/')).toHaveLength(2);
    const numbers = [...(await states('batch/')), ...(await states('replay/'))].map(([key]) =>
      Number(/\/(\d+)/.exec(key)?.[1]),
    );
    expect(new Set(numbers).size).toBe(6);
    void closing;
  });

  test('finds more than a page of everything', async () => {
    const { engine, open, sent } = await world([], { policy: { ...POLICY, maxLines: 1 } });
    engine.pause('d');
    const lines = Array.from({ length: 1200 }, (_, index) => line(String(index), `key ${index % 50}`));
    await append(engine, lines);
    await engine.close();
    const again = await open({ policy: { ...POLICY, maxLines: 1000, maxBytes: 100_000 } });
    await again.idle();
    expect(sent.every(({ lines }) => lines.length === 1)).toBe(true);
    expect(sent.map(({ lines: [first] }) => first?.content)).toEqual(lines.map(({ content }) => content));
  });

  test('sends nothing before everything is back', async () => {
    /** Reads one entry at a time, and slowly. */
    class SlowStore extends MemoryStore {
      override async own(log: string, number: number): Promise<Lane> {
        const lane = await super.own(log, number);
        const read = lane.read.bind(lane);
        lane.read = async (from) => {
          await settle(3);
          return read(from, 1);
        };
        return lane;
      }
    }
    const store = new SlowStore();
    const { engine, open, sent } = await world([], { store });
    await append(engine, numbered(3));
    await engine.close();
    const opening = open({ policy: { ...POLICY, maxLines: 1 } });
    await settle(8);
    expect(sent).toEqual([]);
    await (await opening).idle();
    expect(sent.map(({ lines: [first] }) => first?.content)).toEqual(['0', '1', '2']);
  });

  test('makes a dead letter even of the very first line', async () => {
    const { engine, open } = await world();
    await append(engine, [line('x'.repeat(500))]);
    await engine.close();
    const again = await open({ policy: { ...POLICY, maxBytes: 100 } });
    expect(await again.deadLetters()).toMatchObject([{ id: 'store-lines-0-0' }]);
  });

  test('makes a dead letter of a line that a narrower policy lets into no batch', async () => {
    const { engine, open } = await world();
    await append(engine, [line('short'), line('x'.repeat(500), 'large'), line('short')]);
    await engine.close();
    const again = await open({ policy: { ...POLICY, maxBytes: 100 } });
    await settle();
    expect(again.ledger()).toMatchObject({ accepted: 3, open: 2, dead: 1, batches: { dead: 1 } });
    expect(await again.deadLetters()).toMatchObject([
      { id: 'store-lines-0-1', key: 'large', size: 1, bytes: 500, sealReason: 'bytes', attempts: 0 },
    ]);
    expect((await again.deadLetters())[0]?.reason).toContain('100');
    expect(again.heldBytes).toBe(2 * (256 + 5));
    expect(await again.explain({ line: '0-1' })).toEqual([{ state: 'over' }]);
    // It stays one, however often the engine is opened.
    await again.close();
    const third = await open({ policy: { ...POLICY, maxBytes: 100 } });
    expect(third.ledger()).toMatchObject({ accepted: 3, open: 2, dead: 1 });
  });
});

describe('a store that does not add up', () => {
  test('is told of when the counts and the lines differ, and not when they agree', async () => {
    const { engine, open, store, states, events } = await world();
    await append(engine, numbered(3));
    await engine.close();
    await (await open()).close();
    expect(events).toEqual([]);
    const [[key, value] = ['', '']] = await states('tally/');
    await tamper(store, new Map([[key, value.replace('"accepted":3', '"accepted":5')]]));
    await open();
    expect(events).toEqual([{ type: 'ledger_mismatch', destination: 'd', accepted: 5, found: 3 }]);
  });

  test('is not worked with when a batch has lost a line', async () => {
    const { engine, open, store, states } = await world();
    engine.pause('d');
    await append(engine, numbered(4));
    await engine.close();
    const [[key, value] = ['', '']] = await states('batch/');
    await tamper(store, new Map([[key, value.replace('[0,1,1,1]', '[0,1,1,1,1]')]]));
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining('position 4'),
    });
  });

  test('is not worked with when an entry is no entry', async () => {
    const store = new MemoryStore();
    await store.write([{ lane: await store.own('lines', 0), append: ['{}'], put: new Map(), lowWater: undefined }]);
    const opening = openEngine({ store, log: 'lines', policy: POLICY, send: async () => ({ kind: 'delivered' }) });
    await expect(opening).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});
