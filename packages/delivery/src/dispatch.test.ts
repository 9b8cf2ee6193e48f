import { describe, expect, it } from 'vitest';
import { MemoryStore, type Outcome, openEngine } from './index.ts';
import { append, heldAnswers, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, ProcessStore, RecordingPartner, settle } from './testing.ts';

const busy: Outcome = { kind: 'retry', reason: 'Busy.', status: 503 };
const no: Outcome = { kind: 'rejected', reason: 'No.', status: 400 };
const keysOf = (sent: readonly { key: string }[]) => sent.map(({ key }) => key);

describe('what may be in flight', () => {
  it('is as many batches as the limit says, not one more', async () => {
    const { answer, give, waiting } = heldAnswers();
    const { engine } = await world([answer, answer, answer, answer], { concurrency: 2 });
    await append(
      engine,
      ['a', 'b', 'c'].flatMap((key) => numbered(4, key)),
    );
    expect(waiting).toHaveLength(2);
    await give();
    expect(waiting).toHaveLength(2);
    expect(engine.ledger()).toMatchObject({ delivered: 4, inFlight: 8 });
  });

  it('is nothing of a paused destination until it is resumed', async () => {
    const { engine, sent } = await world();
    engine.pause('d');
    await append(engine, [...numbered(4), { ...line('x'), destination: 'e' }]);
    await engine.drain();
    await settle();
    expect(sent.map(({ destination }) => destination)).toEqual(['e']);
    engine.resume('d');
    await settle();
    expect(sent.map(({ destination }) => destination)).toEqual(['e', 'd']);
  });

  it('is nothing while the engine downstream is over its backlog limit, and goes on when it is not', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore();
    const { answer, give } = heldAnswers();
    const lines = await openEngine({
      store,
      log: 'lines',
      policy: { ...POLICY, maxLines: 1 },
      backlogLimitOf: () => 20,
      clock,
      send: async (batch) => (typeof answer === 'function' ? answer(batch) : answer),
    });
    const taken: string[] = [];
    const updates = await openEngine({
      store,
      log: 'updates',
      policy: 'unit',
      concurrency: 1,
      downstream: lines,
      clock,
      send: async ({ lines: [update] }) => {
        taken.push(update?.content ?? '');
        // Not every update produces lines.
        return update?.content === '3' ? { kind: 'delivered' } : { kind: 'delivered', forward: [line('x')] };
      },
    });
    await append(updates, [line('1', '1'), line('2', '2'), line('3', '3'), line('4', '4')]);
    expect(taken).toEqual(['1']);
    await give();
    expect(taken).toEqual(['1', '2']);
    await give();
    expect(taken).toEqual(['1', '2', '3', '4']);
    await give();
    expect([updates.ledger().delivered, lines.ledger().delivered]).toEqual([4, 3]);
  });

  it('puts what is forwarded to a lane that cannot take it among the dead, with a reason', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ lanes: 4 });
    const send = async () => ({ kind: 'delivered' as const });
    const lines = await openEngine({ store, log: 'lines', policy: POLICY, clock, send });
    const other = ['a', 'b', 'c', 'e', 'f'].find((name) => lines.laneOf(name) !== lines.laneOf('d')) ?? '';
    const updates = await openEngine({
      store,
      log: 'updates',
      policy: 'unit',
      downstream: lines,
      clock,
      send: async () => ({ kind: 'delivered', forward: [{ ...line('x'), destination: other }] }),
    });
    await append(updates, [line('1')]);
    expect(updates.ledger()).toMatchObject({ delivered: 0, dead: 1 });
    expect((await updates.deadLetters())[0]?.reason).toContain('lane');
  });

  it('drops what is forwarded where there is no engine downstream', async () => {
    const { engine } = await world([{ kind: 'delivered', forward: [line('x')] }]);
    await append(engine, numbered(4));
    expect(engine.ledger()).toMatchObject({ accepted: 4, delivered: 4 });
  });
});

describe('an attempt', () => {
  it('is told of with its number, its time, and what it was answered', async () => {
    const clock = new FakeClock();
    const { engine, events } = await world(
      [
        async () => {
          await new Promise<void>((resolve) => clock.after(25, resolve));
          return busy;
        },
        { kind: 'delivered', status: 200 },
      ],
      { clock },
    );
    await append(engine, numbered(4));
    await clock.advance(100);
    const batch = expect.stringMatching(/^[0-9a-z]{16}-lines-d-0$/);
    expect(events.filter(({ type }) => type === 'attempt')).toEqual([
      { type: 'attempt', destination: 'd', batch, attempt: 1, outcome: 'retry', ms: 25, status: 503, reason: 'Busy.' },
      {
        type: 'attempt',
        destination: 'd',
        batch,
        attempt: 2,
        outcome: 'delivered',
        ms: 0,
        status: 200,
        reason: undefined,
      },
    ]);
    expect(engine.ledger()).toMatchObject({ attempts: 2, batches: { delivered: 1, dead: 0, sealed: { lines: 1 } } });
  });

  it('of a single line is told of when it went wrong only', async () => {
    const { engine, events, clock } = await world([busy, { kind: 'delivered' }, no], { policy: 'unit' });
    await append(engine, [line('a')]);
    await clock.advance(100);
    await append(engine, [line('b')]);
    expect(events.filter(({ type }) => type === 'attempt')).toMatchObject([
      { outcome: 'retry', reason: 'Busy.' },
      { outcome: 'rejected', reason: 'No.' },
    ]);
  });

  it('that throws something strange is a retry that says so', async () => {
    const { engine } = await world([() => Promise.reject('nonsense')]);
    await append(engine, numbered(4));
    expect(await engine.explain({ destination: 'd', key: 'k' })).toMatchObject([
      { lastAnswer: { reason: 'The sender failed.', status: undefined } },
    ]);
  });

  it('sets a gate for the delay it was asked for, durably, and says so; none for no delay', async () => {
    const { engine, events, clock, states } = await world([
      { kind: 'delivered', delayMs: 0 },
      { kind: 'delivered', delayMs: 500 },
    ]);
    await append(engine, numbered(4));
    expect(events.filter(({ type }) => type === 'gate')).toEqual([]);
    await append(engine, numbered(4));
    const untilMs = clock.now() + 500;
    expect(events.filter(({ type }) => type === 'gate')).toEqual([
      { type: 'gate', destination: 'd', scope: 'destination', untilMs },
    ]);
    await engine.close();
    expect((await states('gate/')).map(([, until]) => until)).toEqual([String(untilMs)]);
  });

  it('of a batch that is over leaves nothing behind but the counts', async () => {
    const { engine, clock, states } = await world([busy, busy]);
    await append(engine, numbered(4));
    await clock.advance(15);
    await engine.close();
    expect((await states('tries/')).map(([, value]) => value)).toEqual(['[2,2]']);
  });
});

describe('a destination that ignores delays', () => {
  it('waits neither for the delays it was asked for nor for what failed, nor from then on', async () => {
    const { engine, clock, sent } = await world(
      [
        { ...busy, delayMs: 50_000 },
        { kind: 'delivered', delayMs: 60_000 },
      ],
      { retry: { maxAttempts: 3, baseMs: 40_000, capMs: 40_000 } },
    );
    await append(engine, numbered(4, 'a'));
    await append(engine, numbered(4, 'b'));
    const until = clock.now() + 50_000;
    expect(engine.holdUps('d')).toEqual([{ for: 'requested_delay', scope: 'destination', until }]);
    engine.ignoreDelays('d');
    await settle();
    expect(engine.holdUps('d')).toEqual([]);
    expect(keysOf(sent)).toEqual(['a', 'b', 'a']);
    await append(engine, numbered(4, 'c'));
    expect(keysOf(sent)).toEqual(['a', 'b', 'a', 'c']);
  });

  it('repeats what fails soon, but not without end in no time', async () => {
    const { engine, clock, sent } = await world([busy, busy], {
      retry: { maxAttempts: 9, baseMs: 40_000, capMs: 40_000 },
    });
    await append(engine, numbered(4));
    expect(engine.holdUps('d')).toEqual([{ for: 'retry', until: clock.now() + 40_000 }]);
    engine.ignoreDelays('d');
    await settle();
    expect(sent).toHaveLength(2);
    await clock.advance(49);
    expect(sent).toHaveLength(2);
    await clock.advance(1);
    expect(engine.ledger('d')).toMatchObject({ delivered: 4 });
  });

  it('is told what keeps it back, and nothing while some of it can go', async () => {
    const { answer, give } = heldAnswers();
    const { engine } = await world([answer]);
    expect(engine.holdUps('d')).toEqual([]);
    await append(engine, [...numbered(8, 'a')]);
    expect(engine.holdUps('d')).toEqual([]);
    engine.pause('d');
    expect(engine.holdUps('d')).toEqual([{ for: 'paused' }]);
    engine.resume('d');
    await give();
    expect(engine.holdUps('d')).toEqual([]);
  });
});

describe('the limit of attempts', () => {
  it('is each destination’s own where it has one, as it is when the attempt fails', async () => {
    const own = new Map([['d', 2]]);
    const { engine, clock, events } = await world([], {
      send: async () => busy,
      maxAttemptsOf: (destination) => own.get(destination),
      retry: { maxAttempts: 4, baseMs: 1, capMs: 1 },
    });
    const elsewhere = numbered(4).map((one) => ({ ...one, destination: 'e' }));
    await append(engine, [...numbered(4), ...elsewhere]);
    await clock.advance(20);
    const attempts = (name: string) =>
      events.filter((event) => event.type === 'attempt' && event.destination === name).length;
    expect([attempts('d'), attempts('e')]).toEqual([2, 4]);
    expect((await engine.deadLetters({ destination: 'd' }))[0]?.reason).toBe('Busy. Gave up after 2 failed attempts.');
    own.set('d', 1);
    await append(engine, numbered(4));
    expect(attempts('d')).toBe(3);
  });

  it('ends as well when each answer is a failure that asks for a delay, which is kept', async () => {
    const { engine, clock, sent } = await world([], {
      send: async (batch) => {
        sent.push({ ...batch, at: clock.now() });
        return { ...busy, failed: true, delayMs: 50 };
      },
    });
    await append(engine, numbered(4));
    await clock.advance(200);
    expect(sent.map(({ at, failures }) => [at - (sent[0]?.at ?? 0), failures])).toEqual([
      [0, 0],
      [50, 1],
      [100, 2],
    ]);
    expect(engine.ledger()).toMatchObject({ dead: 4 });
  });
});

describe('when the engine closes', () => {
  it('nothing new is started, though there are places', async () => {
    const { answer, give, waiting } = heldAnswers();
    const { engine, sent } = await world([answer], { concurrency: 1 });
    await append(engine, [...numbered(4, 'a'), ...numbered(4, 'b')]);
    const closing = engine.close();
    expect(waiting).toHaveLength(1);
    await give();
    await closing;
    expect(keysOf(sent)).toEqual(['a']);
  });

  it('what comes back after it gave up has no effect', async () => {
    const { answer, give } = heldAnswers();
    const { engine, events, clock, open } = await world([answer]);
    await append(engine, numbered(4));
    const closing = engine.close({ patienceMs: 10 });
    await clock.advance(2000);
    await closing;
    await give(no);
    expect(events.map(({ type }) => type)).toEqual(['sealed']);
    const again = await open();
    await again.idle();
    expect(again.ledger()).toMatchObject({ delivered: 4, dead: 0, attempts: 1 });
  });

  it('an attempt that it aborted does not count as failed', async () => {
    const { engine, clock, open } = await world([], {
      retry: { maxAttempts: 1 },
      send: (_batch, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('Aborted.')))),
    });
    await append(engine, numbered(4));
    const closing = engine.close({ patienceMs: 10 });
    await clock.advance(100);
    await closing;
    const again = await open({ send: async () => ({ kind: 'delivered' }) });
    await again.idle();
    expect(again.ledger()).toMatchObject({ delivered: 4, dead: 0 });
  });
});

describe('a batch that follows a dead one', () => {
  /**
   * The first batch is refused, and the process dies before the disk knows; then the other side
   * takes everything.
   */
  async function killedAtDeath(follower: ReturnType<typeof line>) {
    const clock = new FakeClock();
    const store = new MemoryStore();
    const partner = new RecordingPartner((batch) =>
      batch.lines[0]?.content === '0' && strict ? no : { kind: 'delivered' },
    );
    let strict = true;
    const open = (process: ProcessStore) =>
      openEngine({
        store: process,
        log: 'lines',
        policy: { ...POLICY, maxLines: 1 },
        clock,
        send: (batch, context) => (process.killed ? new Promise<never>(() => {}) : partner.send(batch, context)),
      });
    const first = new ProcessStore(store);
    const engine = await open(first);
    engine.pause('d');
    await engine.append([line('0', 'a', 'ann'), follower]);
    await settle();
    // Nothing that is written from now on reaches the disk.
    first.failAt(first.calls + 1, 'stall');
    engine.resume('d');
    await settle();
    first.kill();
    partner.senderGone();
    strict = false;
    const next = await open(new ProcessStore(store));
    await next.idle();
    return partner;
  }

  it('of its key is sent once that death is durable, so that a crash cannot turn the two round', async () => {
    const partner = await killedAtDeath(line('1', 'a'));
    expect(partner.firstByKey.size + partner.firstBySubject.size).toBe(2);
    expect(partner.faults).toEqual([]);
    expect(partner.arrived).toEqual(['0', '1']);
  });

  it('of its subject, likewise', async () => {
    const partner = await killedAtDeath(line('1', 'b', 'ann'));
    expect(partner.firstBySubject.get('["d","ann"]')).toEqual(['0', '1']);
  });
});

describe('halving', () => {
  it('forgets the attempts of the whole', async () => {
    const { engine, clock, states } = await world([busy, no], { bisect: true });
    await append(engine, numbered(4));
    await clock.advance(100);
    expect(engine.ledger()).toMatchObject({ delivered: 4, batches: { delivered: 2 } });
    await engine.close();
    expect((await states()).map(([key]) => key)).toEqual(['lines/tally/"d"']);
  });

  it('never cuts a dead letter that came back', async () => {
    const { engine, clock, sent } = await world([busy, busy, busy, no], { bisect: true });
    await append(engine, numbered(4));
    await clock.advance(200);
    const [letter] = await engine.deadLetters();
    await engine.replay(letter?.ref ?? '');
    await settle();
    expect(sent.map(({ lines }) => lines.length)).toEqual([4, 4, 4, 4]);
    expect(await engine.deadLetters()).toMatchObject([{ id: letter?.id, size: 4, replays: 1 }]);
  });

  /** Four lines, one each of four people, refused as a whole; then answered part by part. */
  async function halved() {
    const { answer, give, waiting } = heldAnswers();
    const made = await world(
      Array.from({ length: 20 }, () => answer),
      { bisect: true, concurrency: 9 },
    );
    const people = ['ann', 'bob', 'cy', 'di'];
    await append(
      made.engine,
      people.map((who) => line(`up ${who}`, 'UPSERT', who)),
    );
    return { ...made, give, waiting };
  }

  it('holds a batch that waited for the whole until both parts are over', async () => {
    const { engine, sent, give } = await halved();
    await append(engine, [line('down di', 'DELETE', 'di')]);
    await engine.drain();
    await settle();
    await give(no);
    await give();
    expect(keysOf(sent)).toEqual(['UPSERT', 'UPSERT', 'UPSERT']);
    await give();
    expect(keysOf(sent)).toEqual(['UPSERT', 'UPSERT', 'UPSERT', 'DELETE']);
  });

  it('has later lines wait for the part that is left', async () => {
    const { engine, sent, give } = await halved();
    await give(no);
    await give();
    await append(engine, [line('down di', 'DELETE', 'di')]);
    await engine.drain();
    await settle();
    expect(keysOf(sent)).toEqual(['UPSERT', 'UPSERT', 'UPSERT']);
    await give();
    expect(keysOf(sent).at(-1)).toBe('DELETE');
  });

  it('has later lines wait for the other half while the first is halved again', async () => {
    const { engine, sent, give } = await halved();
    await give(no);
    await give(no);
    await give(no);
    await give();
    expect(sent.map(({ lines }) => lines.length)).toEqual([4, 2, 1, 1, 2]);
    await append(engine, [line('down di', 'DELETE', 'di')]);
    await engine.drain();
    await settle();
    expect(keysOf(sent)).not.toContain('DELETE');
    await give();
    expect(keysOf(sent).at(-1)).toBe('DELETE');
  });

  it('goes on in order with later batches of the key', async () => {
    const { engine, sent, give, waiting } = await halved();
    await append(engine, numbered(4, 'UPSERT'));
    await give(no);
    await append(engine, numbered(4, 'UPSERT'));
    while (waiting.length > 0) await give();
    expect(sent.flatMap(({ lines }) => lines.map(({ content }) => content)).slice(4)).toEqual([
      ...['up ann', 'up bob', 'up cy', 'up di'],
      ...['0', '1', '2', '3', '0', '1', '2', '3'],
    ]);
  });

  it('counts the bytes of a part as the policy does', async () => {
    const { engine, sent } = await world([no], { bisect: true });
    await append(
      engine,
      ['a', 'bb', 'ccc', 'dddd'].map((content) => line(content)),
    );
    expect(sent.map(({ bytes }) => bytes)).toEqual([2 + 10 + 3, 2 + 3 + 1, 2 + 7 + 1]);
  });
});
