import { describe, expect, test } from 'vitest';
import { MemoryStore, type Outcome, type OutgoingBatch, openEngine } from './index.ts';
import { append, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, ProcessStore, RecordingPartner, settle } from './testing.ts';

describe('bad input', () => {
  test('refuses a line and says why; its neighbours go on', async () => {
    const { engine } = await world();
    const { accepted, refused } = await append(engine, [
      line('1'),
      line('x'.repeat(999)),
      line('2', 'k'.repeat(1025)),
      { ...line('3'), content: { an: 'object' } as never },
      line('\ud800'),
      { ...line('4'), subject: 7 as never },
      line('5'),
    ]);
    expect(accepted).toBe(2);
    expect(refused.map(({ index, error }) => [index, error.code])).toEqual([
      [1, 'LINE_TOO_LARGE'],
      [2, 'INVALID'],
      [3, 'INVALID'],
      [4, 'INVALID'],
      [5, 'INVALID'],
    ]);
    expect(refused[1]?.error.message).toContain('1025');
    expect(engine.ledger('d')).toMatchObject({ accepted: 2, open: 2 });
  });

  test.each([
    ['maxHeldBytes', { maxHeldBytes: 0 }],
    ['maxOpenKeys', { maxOpenKeys: Number.NaN }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency.max', { concurrency: { min: 3, max: 2 } }],
    ['retry.maxAttempts', { retry: { maxAttempts: 0 } }],
    ['retry.baseMs', { retry: { baseMs: -1 } }],
  ])('refuses an impossible %s, naming it', async (name, options) => {
    await expect(world([], options)).rejects.toMatchObject({ code: 'INVALID', message: expect.stringContaining(name) });
  });

  test('refuses a store that may write by halves', async () => {
    const store = new (class extends MemoryStore {
      override readonly atomic = false as never;
    })();
    await expect(world([], { store })).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('store'),
    });
  });

  test('stops when another engine takes its lanes over, says so, and that one goes on', async () => {
    const { engine, events, open } = await world([], { policy: { ...POLICY, maxLines: 10 } });
    await append(engine, numbered(2));
    const taker = await open();
    await expect(engine.append(numbered(1))).rejects.toMatchObject({ code: 'FENCED' });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'failed', error: expect.objectContaining({ code: 'FENCED' }) }),
    );
    await taker.drain();
    await taker.idle();
    expect(taker.ledger()).toMatchObject({ accepted: 2, delivered: 2 });
  });

  test('refuses appends after close, and whatever waits for idleness', async () => {
    const { engine } = await world();
    await append(engine, numbered(1));
    const idle = engine.idle();
    await engine.close();
    await expect(idle).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(engine.append(numbered(1))).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(engine.replay('0-1')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('knows no dead letter by a wrong name', async () => {
    const { engine } = await world();
    for (const ref of ['', '0-1', '7-1', '../x', '0-99999999999999999999']) {
      await expect(engine.replay(ref)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('retrying', () => {
  test('repeats the same batch under the same id after a back-off that doubles, then buries it', async () => {
    const busy: Outcome = { kind: 'retry', reason: 'Busy.', status: 503, excerpt: 'come back' };
    const { engine, sent, clock, events } = await world([busy, busy, busy]);
    await append(engine, numbered(4));
    await clock.advance(1000);
    const start = sent[0]?.at ?? 0;
    expect(sent.map(({ at }) => at - start)).toEqual([0, 10, 30]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const [letter] = await engine.deadLetters();
    expect(letter).toMatchObject({
      reason: 'Busy. Gave up after 3 failed attempts.',
      status: 503,
      excerpt: 'come back',
      attempts: 3,
      size: 4,
    });
    expect(events.filter(({ type }) => type === 'attempt')).toHaveLength(3);
  });

  test('counts what a sender throws as a retry', async () => {
    const { engine, sent, clock } = await world([
      () => {
        throw new Error('Connection reset.');
      },
    ]);
    await append(engine, numbered(4));
    await clock.advance(50);
    expect(sent).toHaveLength(2);
    expect(engine.ledger()).toMatchObject({ delivered: 4, dead: 0 });
  });

  test('remembers failed attempts across a restart', async () => {
    const busy: Outcome = { kind: 'retry', reason: 'Busy.' };
    const first = await world([busy, busy, busy]);
    await append(first.engine, numbered(4));
    await first.clock.advance(15);
    expect(first.sent).toHaveLength(2);
    await first.engine.close();
    const engine = await first.open();
    await first.clock.advance(100);
    expect(first.sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(engine.ledger()).toMatchObject({ dead: 4 });
  });

  test('a newer batch of the key waits for the one that is retried; other keys go on', async () => {
    const { engine, sent, clock } = await world([{ kind: 'retry', reason: 'Busy.' }]);
    await append(engine, [...numbered(8, 'a'), ...numbered(4, 'b')]);
    expect(sent.map(({ key }) => key)).toEqual(['a', 'b']);
    await clock.advance(10);
    expect(sent.map(({ key, attempt }) => `${key}${attempt}`)).toEqual(['a1', 'b1', 'a2', 'a1']);
  });
});

describe('requested delays', () => {
  test('hold the destination up, do not count as failures, and outlive a restart', async () => {
    const wait: Outcome = { kind: 'retry', reason: 'Wait.', status: 429, delayMs: 5000 };
    const { engine, sent, clock, open } = await world([wait, wait, wait, wait, wait]);
    await append(engine, [...numbered(4, 'a'), ...numbered(4, 'b')]);
    expect(sent).toHaveLength(2);
    await clock.advance(4999);
    await engine.close();
    expect(sent).toHaveLength(2);
    const again = await open();
    await settle();
    expect(sent).toHaveLength(2);
    await clock.advance(20_000);
    expect(again.ledger()).toMatchObject({ delivered: 8, dead: 0 });
  });

  test('are honoured from a success too', async () => {
    const { engine, sent, clock } = await world([{ kind: 'delivered', delayMs: 300 }]);
    await append(engine, numbered(8));
    await clock.advance(299);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent).toHaveLength(2);
  });

  test.each([0, -5, Number.NaN, undefined])('of %s are none', async (delayMs) => {
    const { engine, sent } = await world([{ kind: 'delivered', delayMs }]);
    await append(engine, numbered(8));
    expect(sent).toHaveLength(2);
  });

  test('of ten years are capped', async () => {
    const { engine, sent, clock } = await world([{ kind: 'delivered', delayMs: 10 * 365 * 24 * 3600 * 1000 }]);
    await append(engine, numbered(8));
    await clock.advance(3_600_000);
    expect(sent).toHaveLength(2);
  });

  test('may hold up one key only, or every destination behind an endpoint', async () => {
    const { engine, sent, clock } = await world(
      [
        { kind: 'delivered', delayMs: 500, delayScope: 'key' },
        { kind: 'delivered' },
        { kind: 'delivered', delayMs: 900, delayScope: 'endpoint' },
      ],
      { endpointOf: () => 'one' },
    );
    await append(engine, [...numbered(8, 'a'), ...numbered(8, 'b')]);
    expect(sent.map(({ key }) => key)).toEqual(['a', 'b', 'b']);
    await append(
      engine,
      numbered(4).map((given) => ({ ...given, destination: 'other' })),
    );
    await clock.advance(899);
    expect(sent).toHaveLength(3);
    await clock.advance(1);
    expect(sent.map(({ destination }) => destination).sort()).toEqual(['d', 'd', 'd', 'd', 'other']);
  });
});

describe('order across keys', () => {
  test('a later line of a subject waits for the earlier one under another key, through retries', async () => {
    const busy: Outcome = { kind: 'retry', reason: 'Busy.' };
    const { engine, sent, clock } = await world([busy, busy]);
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann'), line('other', 'DELETE', 'bob')]);
    engine.drain();
    await clock.advance(200);
    expect(sent.map(({ key, reason }) => `${key} ${reason}`)).toEqual([
      'UPSERT order',
      'UPSERT order',
      'UPSERT order',
      'DELETE drain',
    ]);
  });

  test('a dead letter holds nobody up', async () => {
    const { engine, sent } = await world([{ kind: 'rejected', reason: 'No.' }]);
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann')]);
    engine.drain();
    await settle();
    expect(sent.map(({ key }) => key)).toEqual(['UPSERT', 'DELETE']);
  });

  test('survives a restart', async () => {
    const { engine, sent, clock, open } = await world([{ kind: 'retry', reason: 'Busy.' }]);
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann')]);
    engine.drain();
    await settle();
    await engine.close();
    await open();
    await clock.advance(50);
    expect(sent.map(({ key }) => key)).toEqual(['UPSERT', 'UPSERT', 'DELETE']);
  });
});

describe('poison isolation', () => {
  /** Refuses whatever holds a bad line. */
  const strict =
    (bad: readonly string[]) =>
    (batch: OutgoingBatch): Outcome =>
      batch.lines.some(({ content }) => bad.includes(content))
        ? { kind: 'rejected', reason: 'Bad line.', status: 400 }
        : { kind: 'delivered' };

  test.each([
    [8, ['5']],
    [7, ['0']],
    [33, ['32']],
    [64, ['0', '63']],
    [10, ['2', '3', '7']],
  ])('of %i lines finds the bad ones %j within the promised posts, in order', async (count, bad) => {
    const partner = new RecordingPartner(strict(bad));
    const { engine, clock } = await world([], {
      bisect: true,
      policy: { ...POLICY, maxLines: count },
      send: partner.send,
    });
    await append(engine, numbered(count));
    await clock.advance(1000);
    expect(partner.attempts).toBeLessThanOrEqual(1 + 2 * bad.length * Math.ceil(Math.log2(count)));
    expect(partner.faults).toEqual([]);
    const arrived = [...partner.firstByKey.values()].flat();
    expect(arrived).toEqual(
      numbered(count)
        .map(({ content }) => content)
        .filter((content) => !bad.includes(content)),
    );
    const letters = await engine.deadLetters();
    expect(await Promise.all(letters.map(({ ref }) => engine.deadLines(ref)))).toEqual(bad.map((content) => [content]));
    expect(engine.ledger()).toMatchObject({ delivered: count - bad.length, dead: bad.length, sealed: 0, inFlight: 0 });
  });

  test('goes on where it was after a kill, with the same ids for the same lines', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ id: 'store' });
    const partner = new RecordingPartner(strict(['3', '9']));
    for (let kill = 0; kill < 12; kill += 1) {
      const process = new ProcessStore(store);
      const engine = await openEngine({
        store: process,
        log: 'lines',
        policy: { ...POLICY, maxLines: 16 },
        bisect: true,
        clock,
        send: (batch, context) => (process.killed ? new Promise<never>(() => {}) : partner.send(batch, context)),
      });
      if (kill === 0) await engine.append(numbered(16));
      await settle(kill + 1);
      process.kill();
      partner.senderGone();
    }
    const engine = await openEngine({
      store: new ProcessStore(store),
      log: 'lines',
      policy: POLICY,
      bisect: true,
      clock,
      send: partner.send,
    });
    await clock.advance(1000);
    expect(partner.faults).toEqual([]);
    expect(engine.ledger()).toMatchObject({ accepted: 16, delivered: 14, dead: 2 });
    expect(partner.deliveries.size).toBe(14);
  });

  test('holds later batches of the subjects back until every part is over', async () => {
    const partner = new RecordingPartner(strict(['1']));
    const { engine, clock } = await world([], { bisect: true, send: partner.send });
    await append(engine, [
      line('0', 'UPSERT', 'ann'),
      line('1', 'UPSERT', 'bob'),
      line('2', 'UPSERT', 'cy'),
      line('3', 'UPSERT', 'di'),
    ]);
    await append(engine, [line('4', 'DELETE', 'ann'), line('5', 'DELETE', 'di')]);
    engine.drain();
    await clock.advance(1000);
    expect(partner.firstBySubject.get('d\ndi')).toEqual(['3', '5']);
    expect(partner.firstBySubject.get('d\nann')).toEqual(['0', '4']);
    expect(engine.ledger()).toMatchObject({ delivered: 5, dead: 1 });
  });

  test('never splits on a retry, and not at all unless asked to', async () => {
    const { engine, sent, clock } = await world([
      { kind: 'retry', reason: 'Busy.' },
      { kind: 'rejected', reason: 'No.' },
    ]);
    await append(engine, numbered(4));
    await clock.advance(100);
    expect(sent.map(({ lines }) => lines.length)).toEqual([4, 4]);
    expect(engine.ledger()).toMatchObject({ dead: 4 });
  });
});

describe('dead letters', () => {
  test('come back behind what waits under their key, marked, and die again if they must', async () => {
    const no: Outcome = { kind: 'rejected', reason: 'No.' };
    const { engine, sent } = await world([no, { kind: 'delivered' }, no]);
    await append(engine, numbered(4));
    const [letter] = await engine.deadLetters();
    await Promise.all([engine.append(numbered(4)), engine.replay(letter?.ref ?? ''), engine.replay(letter?.ref ?? '')]);
    await settle();
    expect(sent.map(({ replay }) => replay)).toEqual([false, false, true].sort());
    const [again] = await engine.deadLetters();
    expect(again).toMatchObject({ id: letter?.id, replays: 1, attempts: 2 });
    expect(again?.ref).not.toBe(letter?.ref);
    await engine.replay(again?.ref ?? '');
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ accepted: 8, delivered: 8, dead: 0, replayed: 8 });
  });

  test('are listed page by page', async () => {
    const { engine } = await world([], {
      send: async () => ({ kind: 'rejected', reason: 'No.' }),
      policy: { ...POLICY, maxLines: 1 },
    });
    await append(engine, [...numbered(5), { ...line('x'), destination: 'e' }]);
    await engine.idle();
    const first = await engine.deadLetters({ destination: 'd', limit: 3 });
    const after = first.at(-1)?.ref ?? '';
    const second = await engine.deadLetters({ destination: 'd', limit: 3, after });
    expect([...first, ...second].map(({ destination }) => destination)).toEqual(['d', 'd', 'd', 'd', 'd']);
    expect(new Set([...first, ...second].map(({ ref }) => ref)).size).toBe(5);
  });

  test('a replay that was under way goes on after a kill', async () => {
    const { engine, open, sent } = await world([
      { kind: 'rejected', reason: 'No.' },
      () => new Promise<never>(() => {}),
    ]);
    await append(engine, numbered(4));
    await engine.replay((await engine.deadLetters())[0]?.ref ?? '');
    const again = await open();
    await again.idle();
    expect(sent.at(-1)).toMatchObject({ id: sent[0]?.id, replay: true });
    expect(again.ledger()).toMatchObject({ accepted: 4, delivered: 4, dead: 0 });
  });
});

describe('memory', () => {
  test('over the budget the oldest groups are sealed early, appends wait, and nothing is dropped', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { engine, sent } = await world([], {
      maxHeldBytes: 3000,
      send: async (batch) => {
        sent.push({ ...batch, at: 0 });
        await held;
        return { kind: 'delivered' };
      },
    });
    let appended = 0;
    const appends = Array.from({ length: 40 }, (_, index) =>
      engine.append([line(String(index), `key ${index}`)]).then(() => appended++),
    );
    await settle();
    expect(engine.hasRoomFor('d')).toBe(false);
    expect(appended).toBeLessThan(40);
    expect(sent.map(({ reason }) => reason)).toContain('budget');
    letGo();
    await Promise.all(appends);
    engine.drain();
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ accepted: 40, delivered: 40 });
    expect(engine.heldBytes).toBe(0);
  });

  test('whoever waits for room is refused once nothing more is taken, and the rest goes on', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { engine } = await world([], { maxHeldBytes: 3000, send: () => held.then(() => ({ kind: 'delivered' })) });
    const appends = Array.from({ length: 40 }, (_, index) => engine.append([line(String(index))]));
    const ends = Promise.allSettled(appends);
    await settle();
    engine.stopTaking();
    await expect(engine.append([line('late')])).rejects.toMatchObject({ code: 'CLOSED' });
    const accepted = (await ends).filter(({ status }) => status === 'fulfilled').length;
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(40);
    letGo();
    await engine.drain();
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ accepted, delivered: accepted });
  });

  test('seals as much as can be sent, and more as that arrives, until whoever waits has room', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { engine, events } = await world([], {
      maxHeldBytes: 3000,
      send: () => held.then(() => ({ kind: 'delivered' })),
    });
    await append(
      engine,
      Array.from({ length: 40 }, (_, index) => line(String(index), `key ${index}`)),
    );
    const waiting = engine.append([line('40', 'key 40')]);
    await settle();
    // Four on their way, four behind them.
    expect(events.filter(({ type }) => type === 'sealed')).toHaveLength(8);
    letGo();
    await waiting;
    expect(engine.ledger()).toMatchObject({ accepted: 41, dead: 0 });
  });

  test('what ends while the engine closes seals nothing early', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { engine, events } = await world([], {
      maxHeldBytes: 3000,
      send: () => held.then(() => ({ kind: 'delivered' })),
    });
    await append(
      engine,
      Array.from({ length: 40 }, (_, index) => line(String(index), `key ${index}`)),
    );
    const sealed = () => events.filter(({ type }) => type === 'sealed').length;
    const before = sealed();
    expect(before).toBeGreaterThan(0);
    const closing = engine.close();
    letGo();
    await closing;
    expect(sealed()).toBe(before);
  });

  test('one destination that does not give back leaves room for the others', async () => {
    const { engine } = await world([], {
      maxHeldBytes: 30_000,
      send: async ({ destination }) => (destination === 'stuck' ? new Promise<never>(() => {}) : { kind: 'delivered' }),
    });
    const flood = Array.from({ length: 200 }, (_, index) =>
      engine.append([{ ...line(String(index)), destination: 'stuck' }]),
    );
    await settle();
    expect(engine.hasRoomFor('stuck')).toBe(false);
    expect(engine.heldBytes).toBeLessThan(16_000);
    for (let round = 0; round < 50; round += 1) await append(engine, numbered(4));
    await engine.idle('d');
    expect(engine.ledger('d')).toMatchObject({ accepted: 200, delivered: 200 });
    void engine.close({ patienceMs: 0 });
    expect(new Set((await Promise.allSettled(flood)).map(({ status }) => status))).toEqual(
      new Set(['fulfilled', 'rejected']),
    );
  });

  test('beyond the limit of open keys the oldest is sealed', async () => {
    const { engine, sent } = await world([], { maxOpenKeys: 3 });
    await append(
      engine,
      ['a', 'b', 'c', 'd'].map((key) => line('x', key)),
    );
    expect(sent.map(({ key, reason }) => `${key} ${reason}`)).toEqual(['a budget']);
  });
});

describe('explaining', () => {
  test('says where a line is at every stage', async () => {
    let answer = (_: Outcome) => {};
    const { engine, clock } = await world([() => new Promise((resolve) => (answer = resolve))]);
    const { lineIds } = await append(engine, [line('up', 'UPSERT', 'ann')]);
    const [id] = lineIds() as [string];
    expect(await engine.explain({ line: id })).toMatchObject([
      { state: 'open', key: 'UPSERT', lines: 1, dueAt: clock.now() + 100 },
    ]);
    await append(engine, [line('down', 'DELETE', 'ann')]);
    engine.drain();
    await settle();
    const [batch] = await engine.explain({ line: id });
    expect(batch).toMatchObject({ state: 'in_flight', reason: 'order', attempts: 1, waitsFor: [] });
    const upserts = (batch as { batch: string }).batch;
    expect(await engine.explain({ destination: 'd', key: 'DELETE' })).toMatchObject([
      { state: 'sealed', reason: 'drain', waitsFor: [{ for: 'batch', batch: upserts }] },
    ]);
    answer({ kind: 'retry', reason: 'Busy.', status: 503 });
    await settle();
    expect(await engine.explain({ batch: upserts })).toMatchObject([
      {
        state: 'sealed',
        lastAnswer: { reason: 'Busy.', status: 503 },
        waitsFor: [{ for: 'retry', until: clock.now() + 10 }],
      },
    ]);
    await clock.advance(100);
    expect(await engine.explain({ line: id })).toEqual([{ state: 'over' }]);
    expect(await engine.explain({ batch: upserts })).toEqual([{ state: 'over' }]);
  });

  test('names gates, turns, pauses and places', async () => {
    const { engine, clock } = await world([{ kind: 'delivered', delayMs: 1000 }], { concurrency: 1 });
    await append(engine, [...numbered(12, 'a'), ...numbered(4, 'b')]);
    engine.pause('d');
    const until = clock.now() + 1000;
    const [first, second] = await engine.explain({ destination: 'd', key: 'a' });
    expect(first).toMatchObject({ waitsFor: [{ for: 'gate', scope: 'destination', until }, { for: 'resume' }] });
    expect(second).toMatchObject({ waitsFor: [{ for: 'turn' }, { for: 'gate' }, { for: 'resume' }] });
  });

  test('finds dead letters by batch id, and knows what it never had', async () => {
    const { engine, sent } = await world([{ kind: 'rejected', reason: 'No.' }]);
    await append(engine, numbered(4));
    expect(await engine.explain({ batch: sent[0]?.id ?? '' })).toMatchObject([
      { state: 'dead', letter: { reason: 'No.' } },
    ]);
    expect(await engine.explain({ batch: 'nonsense' })).toEqual([{ state: 'unknown' }]);
    expect(await engine.explain({ line: '0-99' })).toEqual([{ state: 'unknown' }]);
    expect(await engine.explain({ destination: 'nobody', key: 'k' })).toEqual([]);
  });
});

describe('closing', () => {
  test('waits for what is in flight, aborts it when patience ends, and leaves the rest to the next engine', async () => {
    let aborted = false;
    const { engine, clock, open, sent } = await world([], {
      send: (_batch, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve({ kind: 'retry', reason: 'Aborted.' });
          });
        }),
    });
    await append(engine, numbered(6));
    const closing = engine.close({ patienceMs: 500 });
    await clock.advance(499);
    expect(aborted).toBe(false);
    await clock.advance(1);
    await closing;
    expect(aborted).toBe(true);
    const again = await open();
    expect(again.ledger()).toMatchObject({ accepted: 6, open: 2 });
    expect(sent).toEqual([]);
  });

  test('does not wait for a sender that never ends', async () => {
    const { engine, clock, open } = await world([() => new Promise<never>(() => {})]);
    await append(engine, numbered(4));
    const closing = engine.close({ patienceMs: 500 });
    await clock.advance(2000);
    await closing;
    const again = await open();
    await again.idle();
    expect(again.ledger()).toMatchObject({ accepted: 4, delivered: 4 });
  });

  test('lets a mark in with what it marks, however long that waits for room', async () => {
    let deliver = () => {};
    const held = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    const { engine } = await world([], { maxHeldBytes: 3000, send: () => held.then(() => ({ kind: 'delivered' })) });
    const mark = { ...line('1'), destination: 'marks' };
    const counted = () => [engine.ledger('d').accepted, engine.ledger('marks').accepted];
    const filling: Promise<unknown>[] = [];
    for (let index = 0; index < 20; index += 1) filling.push(engine.append([line('x'.repeat(200))], mark));
    await settle();
    const [lines, marks] = counted();
    expect(lines).toBeGreaterThan(0);
    expect(lines).toBeLessThan(20);
    expect(marks).toBe(lines);
    deliver();
    await engine.drain();
    await Promise.all(filling);
    expect(counted()).toEqual([20, 20]);
    await engine.close();
  });

  test('lets producers who wait for room go, with an error', async () => {
    const { engine } = await world([], { maxHeldBytes: 300, send: () => new Promise<never>(() => {}) });
    await append(engine, numbered(4));
    const waiting = engine.append(numbered(1));
    void engine.close({ patienceMs: 0 });
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('two engines on one store', () => {
  test('hand lines over in the same write that ends their cause', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore();
    const partner = new RecordingPartner();
    const lines = await openEngine({ store, log: 'lines', policy: POLICY, clock, send: partner.send });
    const updates = await openEngine({
      store,
      log: 'updates',
      policy: 'unit',
      clock,
      downstream: lines,
      send: async ({ lines: [update] }) => ({
        kind: 'delivered',
        tallies: { ok: 1 },
        forward: [line(`${update?.content}a`), line('x'.repeat(2000)), line(`${update?.content}b`)],
      }),
    });
    await updates.append([{ destination: 'd', key: 'user', content: '1' }]);
    await updates.idle();
    expect(updates.ledger()).toMatchObject({ delivered: 1, tallies: { ok: 1 } });
    // What nobody can be told of is kept.
    expect(lines.ledger()).toMatchObject({ accepted: 3, open: 2, dead: 1 });
    lines.drain();
    await lines.idle();
    expect([...partner.firstByKey.values()]).toEqual([['1a', '1b']]);
  });
});

describe('adaptive concurrency', () => {
  test('grows while the other side bears it and shrinks when it does not', async () => {
    let load = 0;
    let most = 0;
    const clock = new FakeClock();
    const engine = await openEngine({
      store: new MemoryStore(),
      log: 'lines',
      policy: { ...POLICY, maxLines: 1 },
      concurrency: { min: 1, max: 50 },
      retry: { baseMs: 1, maxAttempts: 1000 },
      clock,
      send: async () => {
        load += 1;
        most = Math.max(most, load);
        const over = load > 12;
        await new Promise<void>((resolve) => clock.after(20, resolve));
        load -= 1;
        return over ? { kind: 'retry', reason: 'Too many.', status: 429 } : { kind: 'delivered' };
      },
    });
    await engine.append(Array.from({ length: 1500 }, (_, index) => line('x', `key ${index}`)));
    await clock.advance(20_000);
    expect(engine.ledger()).toMatchObject({ delivered: 1500 });
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(20);
  });
});
