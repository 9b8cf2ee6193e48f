import { describe, expect, it } from 'vitest';
import { type DeliveryEvent, MemoryStore, type Outcome, openEngine } from './index.ts';
import { append, heldAnswers, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, settle } from './testing.ts';

const no: Outcome = { kind: 'rejected', reason: 'No.' };
const busy: Outcome = { kind: 'retry', reason: 'Busy.' };
const keysOf = (sent: readonly { key: string }[]) => sent.map(({ key }) => key);

/** Writes state into a lane behind the engine's back. */
async function tamper(store: MemoryStore, put: ReadonlyMap<string, string | null>): Promise<void> {
  await store.write(await store.own(0), { append: [], put, over: [], remove: [] });
}

describe('an engine that is opened again', () => {
  it('holds the places of what was sealed and of what stands before it, and reads the rest as it has room', async () => {
    const { engine, open } = await world([no]);
    await append(engine, numbered(4, 'dead'));
    engine.pause('d');
    await append(engine, [...numbered(4, 'sealed'), ...numbered(3, 'open')]);
    await engine.replay((await engine.deadLetters())[0]?.ref ?? '');
    const held = engine.windowBytes;
    await engine.close();
    const again = await open({ send: () => new Promise<never>(() => {}) });
    await settle();
    expect(again.windowBytes).toBe(held);
    expect(again.ledger()).toMatchObject({ accepted: 11, open: 3, inFlight: 8, waiting: 0 });
  });

  it('ages open lines from when they came', async () => {
    const { engine, clock, open, sent } = await world();
    await append(engine, [line('x')]);
    await clock.advance(60);
    await engine.close();
    await open();
    await settle();
    await clock.advance(39);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(sent).toMatchObject([{ reason: 'age' }]);
  });

  it('ages them from now when the clock was set back meanwhile', async () => {
    const { engine, clock, open, sent } = await world();
    await append(engine, [line('x')]);
    await engine.close();
    const earlier = new FakeClock(clock.now() - 1_000_000);
    await open({ clock: earlier });
    await settle();
    await earlier.advance(99);
    expect(sent).toEqual([]);
    await earlier.advance(1);
    expect(sent).toMatchObject([{ reason: 'age' }]);
  });

  it('counts attempts of a batch that was never tried from one', async () => {
    const { engine, open, sent } = await world();
    engine.pause('d');
    await append(engine, numbered(4));
    await engine.close();
    await (await open()).idle();
    expect(sent).toMatchObject([{ attempt: 1 }]);
  });

  it('goes on counting failures where it was, of replays too', async () => {
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
      ['replayed', 3, 1],
      ['fresh', 2, 1],
      ['replayed', 4, 2],
    ]);
  });

  it('has a batch wait for the older one of its subject as before', async () => {
    const { answer, give } = heldAnswers();
    const { engine, open, sent } = await world([answer]);
    engine.pause('d');
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann')]);
    await engine.drain();
    await settle();
    await engine.close();
    await open();
    await settle();
    expect(keysOf(sent)).toEqual(['UPSERT']);
    await give();
    expect(keysOf(sent)).toEqual(['UPSERT', 'DELETE']);
  });

  it('has a batch wait for both parts of the older one', async () => {
    const { answer, give } = heldAnswers();
    const { engine, open, sent, clock } = await world([no, answer, answer, answer, answer], { bisect: true });
    await append(
      engine,
      ['ann', 'bob', 'cy', 'di'].map((who) => line(`up ${who}`, 'UPSERT', who)),
    );
    await append(engine, [line('down di', 'DELETE', 'di')]);
    await engine.drain();
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

  it('goes on with batches and replays in the order of their sealing', async () => {
    const { engine, open, sent } = await world([no, no]);
    await append(engine, [...numbered(4, 'x'), ...numbered(4, 'y')]);
    const [first, second] = await engine.deadLetters();
    engine.pause('d');
    await append(engine, [...numbered(4, 'a'), ...numbered(4, 'b')]);
    await engine.replay(first?.ref ?? '');
    await engine.close();
    const again = await open({ paused: () => true });
    await append(again, numbered(4, 'c'));
    await again.replay(second?.ref ?? '');
    await append(again, numbered(4, 'd'));
    await again.close();
    const third = await open({ concurrency: 1 });
    await third.idle();
    expect(keysOf(sent).slice(2)).toEqual(['a', 'b', 'x', 'c', 'y', 'd']);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(6);
  });

  it('never gives an id again that an earlier run used, whatever copy of the store it finds', async () => {
    const { engine, open, sent } = await world([], { paused: () => true });
    await append(engine, numbered(3));
    await engine.drain();
    const [before] = await engine.explain({ destination: 'd', key: 'k' });
    await engine.close();
    const again = await open({ paused: () => false });
    await append(again, numbered(8));
    await again.idle().catch(() => {});
    const ids = sent.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toBe((before as { batch: string }).batch);
    expect(ids[1]?.slice(0, 16)).not.toBe(ids[0]?.slice(0, 16));
  });

  it('finds more than a page of everything', async () => {
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

  it('makes a dead letter even of the very first line', async () => {
    const { engine, open } = await world();
    await append(engine, [line('x'.repeat(500))]);
    await engine.close();
    const again = await open({ policy: { ...POLICY, maxBytes: 100 } });
    await settle();
    expect(await again.deadLetters()).toMatchObject([{ id: expect.stringMatching(/-lines-d-0$/) }]);
  });

  it('makes a dead letter of a line that a narrower policy lets into no batch', async () => {
    const { engine, open } = await world();
    await append(engine, [line('short'), line('x'.repeat(500), 'large'), line('short')]);
    await engine.close();
    const again = await open({ policy: { ...POLICY, maxBytes: 100 } });
    await settle();
    expect(again.ledger()).toMatchObject({ accepted: 3, open: 2, dead: 1, batches: { dead: 1 } });
    expect(await again.deadLetters()).toMatchObject([
      { id: expect.stringMatching(/-lines-d-1$/), key: 'large', size: 1, bytes: 500, sealReason: 'bytes', attempts: 0 },
    ]);
    expect((await again.deadLetters())[0]?.reason).toContain('100');
    expect(await again.explain({ destination: 'd', line: '1' })).toEqual([{ state: 'over' }]);
    // It stays one, however often the engine is opened.
    await again.close();
    const third = await open({ policy: { ...POLICY, maxBytes: 100 } });
    await settle();
    expect(third.ledger()).toMatchObject({ accepted: 3, open: 2, dead: 1 });
  });
});

describe('a store that does not add up', () => {
  it('is told of when the counts and what is settled differ, and not when they agree', async () => {
    const { engine, open, store, states, events } = await world();
    await append(engine, numbered(4));
    await engine.close();
    await (await open()).close();
    expect(events.filter(({ type }) => type === 'ledger_mismatch')).toEqual([]);
    const [[key, value] = ['', '']] = await states('tally/');
    await tamper(store, new Map([[key, value.replace('"delivered":4', '"delivered":2')]]));
    await open();
    expect(events.at(-1)).toEqual({ type: 'ledger_mismatch', destination: 'd', accepted: 4, found: 2 });
  });

  it('stops a destination when a batch of it has lost a line, and lets the others go on', async () => {
    const { engine, open, store, states, events, sent } = await world();
    engine.pause('d');
    await append(engine, [...numbered(4), ...numbered(2).map((given) => ({ ...given, destination: 'e' }))]);
    await engine.close();
    const [[key, value] = ['', '']] = await states('batch/');
    await tamper(store, new Map([[key, value.replace('[0,1,1,1]', '[0,1,1,1,1]')]]));
    const again = await open();
    expect(events).toContainEqual({
      type: 'destination_damaged',
      destination: 'd',
      error: expect.objectContaining({ code: 'STORE_CORRUPT', message: expect.stringContaining('position 4') }),
    });
    await again.drain('e');
    await again.idle('e');
    expect(sent.map(({ destination }) => destination)).toEqual(['e']);
    expect(again.ledger('d')).toMatchObject({ accepted: 4, waiting: 4 });
  });

  it('stops a destination when an entry of it is no entry', async () => {
    const store = new MemoryStore();
    const append = [{ queue: 'lines/lines/"d"', entries: ['{}'] }];
    await store.write(await store.own(0), { append, put: new Map(), over: [], remove: [] });
    const events: DeliveryEvent[] = [];
    const engine = await openEngine({
      store,
      log: 'lines',
      policy: POLICY,
      send: async () => ({ kind: 'delivered' }),
      onEvent: (event) => events.push(event),
    });
    await settle();
    expect(events).toMatchObject([{ type: 'destination_damaged', destination: 'd', error: { code: 'STORE_CORRUPT' } }]);
    expect(await engine.append([{ destination: 'e', key: 'k', content: '1' }])).toMatchObject({ accepted: 1 });
    await engine.close();
  });
});
