import { describe, expect, it } from 'vitest';
import { DeliveryError, type EngineOptions, type Entry, type Lane, MemoryStore, type Outcome } from './index.ts';
import { append, heldAnswers, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { RecordingPartner, settle } from './testing.ts';

/** Room for some 25 lines. */
const SMALL: Partial<EngineOptions> = { windowBytes: 4_096 };

/** A partner that takes nothing until it is let go. */
function stuckPartner() {
  let isStuck = true;
  const partner = new RecordingPartner(() =>
    isStuck ? ({ kind: 'retry', reason: 'Down.', delayMs: 50 } satisfies Outcome) : { kind: 'delivered' },
  );
  return {
    partner,
    letGo: () => {
      isStuck = false;
    },
  };
}

/** Remembers what is read, and can have a damaged queue. */
class WatchedStore extends MemoryStore {
  reads = 0;
  damaged = '';

  override async own(number: number): Promise<Lane> {
    const lane = await super.own(number);
    const { read } = lane;
    lane.read = (queue: string, from: number, maxBytes: number): Promise<readonly Entry[]> => {
      this.reads += 1;
      if (this.damaged !== '' && queue.includes(this.damaged)) {
        throw new DeliveryError('STORE_CORRUPT', `position ${from} of ${queue}`);
      }
      return read.call(lane, queue, from, maxBytes);
    };
    return lane;
  }
}

describe('a backlog', () => {
  it('is taken in whatever the partner does, and memory is a window on it', async () => {
    const { partner } = stuckPartner();
    const { engine } = await world([], { ...SMALL, send: partner.send });
    for (let part = 0; part < 10; part += 1) {
      await append(
        engine,
        Array.from({ length: 100 }, (_, index) => line(`${part}.${index}`, `key ${index % 3}`)),
      );
    }
    const { accepted, waiting, open, sealed } = engine.ledger('d');
    expect([accepted, waiting + open + sealed]).toEqual([1_000, 1_000]);
    expect(waiting).toBeGreaterThan(900);
    expect(engine.windowBytes).toBeLessThan(8_192);
    expect(engine.backlog('d')).toMatchObject({ lines: 1_000, waiting });
  });

  it('is delivered in order and in full batches when the partner is back, and leaves nothing behind', async () => {
    const { partner, letGo } = stuckPartner();
    // The places of eleven batches: of twelve the last would be cut, as the window is full before it is.
    const { engine, clock, entries } = await world([], { ...SMALL, windowBytes: 7_920, send: partner.send });
    await append(engine, numbered(1_000));
    letGo();
    await clock.advance(2_000);
    await engine.idle();
    expect([...partner.firstByKey.values()]).toEqual([numbered(1_000).map(({ content }) => content)]);
    expect(engine.ledger()).toMatchObject({ delivered: 1_000, waiting: 0, batches: { sealed: { lines: 250 } } });
    expect([engine.windowBytes, engine.backlog('d').bytes]).toEqual([0, 0]);
    await engine.close();
    expect(await entries()).toEqual([]);
  });

  it('of one destination leaves room for the others', async () => {
    const { partner } = stuckPartner();
    const { engine } = await world([], {
      windowBytes: 20_000,
      send: (batch, context) =>
        batch.destination === 'd' ? partner.send(batch, context) : Promise.resolve({ kind: 'delivered' }),
    });
    await append(engine, numbered(1_000));
    for (let round = 0; round < 50; round += 1) {
      await append(
        engine,
        numbered(4).map((given) => ({ ...given, destination: 'e' })),
      );
    }
    await engine.idle('e');
    expect(engine.ledger('e')).toMatchObject({ accepted: 200, delivered: 200 });
  });

  it('is not read at a start, and goes on from there', async () => {
    const store = new WatchedStore();
    const { partner, letGo } = stuckPartner();
    const { engine, open, clock } = await world([], { ...SMALL, store, send: partner.send });
    await append(engine, numbered(2_000));
    await engine.close();
    store.reads = 0;
    const again = await open();
    expect(store.reads).toBeLessThan(5);
    expect(again.ledger('d').accepted).toBe(2_000);
    letGo();
    await clock.advance(5_000);
    await again.idle();
    expect([...partner.firstByKey.values()]).toEqual([numbered(2_000).map(({ content }) => content)]);
    expect(partner.faults).toEqual([]);
  });

  it('of overdue lines is sent in batches as full as the window allows', async () => {
    const { engine, open, clock, sent } = await world([], { windowBytes: 100_000 });
    engine.pause('d');
    await append(
      engine,
      Array.from({ length: 2_000 }, (_, index) => line(String(index), `key ${index % 50}`)),
    );
    await engine.close();
    await clock.advance(10_000);
    const again = await open({ windowBytes: 100_000 });
    await clock.advance(2_000);
    await again.idle();
    expect(again.ledger()).toMatchObject({ delivered: 2_000 });
    expect(sent.length).toBeLessThan(2_000 / POLICY.maxLines / 0.95);
  });

  it('is sealed by a drain as it is read, to its end', async () => {
    const { partner, letGo } = stuckPartner();
    const { engine, clock, open } = await world([], {
      ...SMALL,
      send: partner.send,
      policy: { ...POLICY, maxAgeMs: 1e8 },
    });
    await append(
      engine,
      Array.from({ length: 403 }, (_, index) => line(String(index), `key ${index % 3}`)),
    );
    await engine.close();
    const again = await open();
    letGo();
    await again.drain();
    await clock.advance(2_000);
    await again.idle();
    expect(again.ledger()).toMatchObject({ delivered: 403, batches: { sealed: { drain: 3 } } });
  });

  it('says where a waiting line is, and how many come before it', async () => {
    const { partner } = stuckPartner();
    const { engine } = await world([], { ...SMALL, send: partner.send });
    const { lineIds } = await append(
      engine,
      Array.from({ length: 500 }, (_, index) => line(String(index), 'k', `s${index}`)),
    );
    expect(await engine.explain({ destination: 'd', line: lineIds()[499] ?? '' })).toEqual([
      { state: 'waiting', destination: 'd', position: 499, before: 499 },
    ]);
    expect(await engine.explain({ destination: 'd', subject: 's499' })).toMatchObject([
      { state: 'waiting', position: 499 },
    ]);
  });

  it('over the limit tells what is upstream to wait, and then to go on', async () => {
    const { partner, letGo } = stuckPartner();
    const { engine, clock } = await world([], { ...SMALL, send: partner.send, backlogLimitOf: () => 2_000 });
    const told: string[] = [];
    engine.onRoom((destination) => told.push(destination));
    expect(engine.hasRoomFor('d')).toBe(true);
    await append(engine, numbered(400));
    expect(engine.hasRoomFor('d')).toBe(false);
    letGo();
    await clock.advance(2_000);
    await engine.idle();
    expect([engine.hasRoomFor('d'), told]).toEqual([true, ['d']]);
  });
});

describe('a damaged entry', () => {
  it('stops its destination alone, and is named', async () => {
    const store = new WatchedStore();
    const { partner, letGo } = stuckPartner();
    const { engine, events, clock } = await world([], { ...SMALL, store, send: partner.send });
    await append(engine, numbered(500));
    store.damaged = '"d"';
    letGo();
    await append(
      engine,
      numbered(4).map((given) => ({ ...given, destination: 'e' })),
    );
    await clock.advance(1_000);
    await engine.idle('e');
    expect(engine.ledger('e')).toMatchObject({ delivered: 4 });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'destination_damaged',
        destination: 'd',
        error: expect.objectContaining({ code: 'STORE_CORRUPT' }),
      }),
    );
    const { accepted, waiting, open, sealed, delivered } = engine.ledger('d');
    expect(waiting + open + sealed + delivered).toBe(accepted);
  });
});

describe('discarding', () => {
  it('ends what a damaged destination holds, too, once its calls in flight have landed', async () => {
    const store = new WatchedStore();
    const held = heldAnswers();
    const { engine, events } = await world([held.answer], { ...SMALL, store, concurrency: 1 });
    await append(engine, numbered(500));
    store.damaged = '"d"';
    // Room for more: the next page cannot be read.
    await engine.drain('d');
    await settle();
    await held.give({ kind: 'delivered' });
    await settle();
    expect(events.map(({ type }) => type)).toContain('destination_damaged');
    await engine.discard('d');
    const { accepted, delivered, discarded } = engine.ledger('d');
    expect([delivered + discarded, discarded > 400]).toEqual([accepted, true]);
    expect(engine.backlog('d')).toEqual({ lines: 0, bytes: 0, waiting: 0, waitingBytes: 0 });
    await engine.forget('d');
    expect(engine.destinations()).toEqual([]);
  });

  it('of what is open goes in slices, with others between them, and every line in one place at any moment', async () => {
    const { engine } = await world([], { policy: { ...POLICY, maxLines: 100_000, maxBytes: 1e9, maxAgeMs: 1e6 } });
    const keys = Array.from({ length: 40_000 }, (_, index) => line(String(index), `k${index % 50}`));
    await append(engine, keys);
    expect(engine.ledger('d').open).toBe(40_000);
    let isOver = false;
    const discarded = engine.discard('d').then(() => {
      isOver = true;
    });
    let between = 0;
    while (!isOver) {
      await engine.append([{ ...line('x'), destination: 'other' }]);
      const { accepted, open, sealed, inFlight, waiting, discarded: gone } = engine.ledger('d');
      expect(open + sealed + inFlight + waiting + gone).toBe(accepted);
      if (gone > 0 && gone < 40_000) between += 1;
    }
    await discarded;
    expect(between).toBeGreaterThan(1);
    expect(engine.ledger('d')).toMatchObject({ accepted: 40_000, discarded: 40_000, open: 0 });
    expect(engine.backlog('d')).toEqual({ lines: 0, bytes: 0, waiting: 0, waitingBytes: 0 });
  });

  it('ends everything that is not in flight as discarded, and what is appended later, too', async () => {
    const { partner } = stuckPartner();
    const { engine, clock, open, entries, events } = await world([], { ...SMALL, send: partner.send });
    await append(
      engine,
      Array.from({ length: 20_000 }, (_, index) => line(String(index), `key ${index % 7}`, `s${index % 11}`)),
    );
    const discarded = engine.discard('d');
    await clock.advance(200);
    await discarded;
    expect(engine.ledger('d')).toMatchObject({ accepted: 20_000, discarded: 20_000, waiting: 0, open: 0, sealed: 0 });
    expect([engine.windowBytes, engine.backlog('d')]).toEqual([0, { lines: 0, bytes: 0, waiting: 0, waitingBytes: 0 }]);
    await engine.forget('d');
    expect(engine.destinations()).toEqual([]);
    expect(engine.ledger()).toMatchObject({ accepted: 20_000, discarded: 20_000 });
    await engine.close();
    expect(await entries()).toEqual([]);
    const again = await open();
    expect(again.ledger()).toMatchObject({ accepted: 20_000, discarded: 20_000 });
    expect(events.filter(({ type }) => type === 'ledger_mismatch')).toEqual([]);
  });
});

describe('notes', () => {
  it('are durable with the lines they go in with, and are kept by destination', async () => {
    const { engine, open } = await world();
    await engine.append(numbered(1_000), { notes: new Map([['upload/1', '1000 lines']]) });
    await engine.note('e', new Map([['upload/2', 'x']]));
    await engine.close();
    const again = await open();
    expect(again.ledger('d').accepted).toBe(1_000);
    expect([...(await again.notes('d', 'upload/'))]).toEqual([['upload/1', '1000 lines']]);
    await again.note('d', new Map([['upload/1', null]]));
    expect([...(await again.notes('d'))]).toEqual([]);
    expect([...(await again.notes('e'))]).toEqual([['upload/2', 'x']]);
  });

  it('are refused with lines that are too large for one write', async () => {
    const { engine } = await world([], { store: new MemoryStore({ maxWriteBytes: 20_000 }) });
    await expect(engine.append(numbered(1_000), { notes: new Map([['n', 'v']]) })).rejects.toMatchObject({
      code: 'INVALID',
    });
    expect(engine.ledger('d').accepted).toBe(0);
    expect((await engine.append(numbered(1_000))).accepted).toBe(1_000);
  });
});

describe('lanes', () => {
  it('are taken and given while the engine runs', async () => {
    const { engine, sent } = await world([], { store: new MemoryStore({ lanes: 4 }), lanes: [] });
    const number = engine.laneOf('d');
    await expect(engine.append(numbered(1))).rejects.toMatchObject({ code: 'NOT_OWNER', retryable: true });
    await engine.own(number);
    await append(engine, numbered(6));
    expect(sent).toHaveLength(1);
    await engine.release(number);
    await expect(engine.append(numbered(1))).rejects.toMatchObject({ code: 'NOT_OWNER' });
    await engine.own(number);
    expect(engine.ledger('d')).toMatchObject({ accepted: 6, delivered: 4, open: 2 });
    expect(engine.lanes).toEqual([number]);
  });

  it('that are lost to another owner stop alone', async () => {
    const store = new MemoryStore({ lanes: 4 });
    const { engine, events } = await world([], { store });
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const lost = engine.laneOf('a');
    const other = names.find((name) => engine.laneOf(name) !== lost) ?? '';
    await store.own(lost);
    await expect(engine.append([{ ...line('1'), destination: 'a' }])).rejects.toMatchObject({ code: 'FENCED' });
    await settle();
    expect(events).toContainEqual(expect.objectContaining({ type: 'lane_lost', lane: lost }));
    await append(
      engine,
      numbered(4).map((given) => ({ ...given, destination: other })),
    );
    expect(engine.ledger(other)).toMatchObject({ delivered: 4 });
    await expect(engine.append([{ ...line('1'), destination: 'a' }])).rejects.toMatchObject({ code: 'NOT_OWNER' });
  });
});
