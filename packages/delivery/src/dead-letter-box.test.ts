import { describe, expect, it } from 'vitest';
import { MemoryStore, type Outcome, openEngine } from './index.ts';
import { append, heldAnswers, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, settle } from './testing.ts';

const no: Outcome = { kind: 'rejected', reason: 'No.', status: 422, excerpt: 'bad' };

describe('a dead letter', () => {
  it('says all that is known of its end, and is told of', async () => {
    const { engine, events, clock } = await world([no]);
    await append(engine, [line('a')]);
    await clock.advance(30);
    engine.drain();
    await settle();
    const openedAt = clock.now() - 30;
    const letter = {
      ref: 'd-0',
      id: expect.stringMatching(/^[0-9a-z]{16}-lines-d-0$/),
      destination: 'd',
      key: 'k',
      size: 1,
      reason: 'No.',
      status: 422,
      excerpt: 'bad',
      attempts: 1,
      sealReason: 'drain',
      bytes: 3,
      openedAt,
      sealedAt: clock.now(),
      diedAt: clock.now(),
      replays: 0,
      later: 0,
    };
    expect(await engine.deadLetters()).toEqual([letter]);
    expect(events.filter(({ type }) => type === 'dead')).toEqual([
      {
        type: 'dead',
        destination: 'd',
        key: 'k',
        batch: expect.stringMatching(/^[0-9a-z]{16}-lines-d-0$/),
        lines: 1,
        reason: 'No.',
      },
    ]);
    expect(engine.ledger()).toMatchObject({ dead: 1, batches: { dead: 1, delivered: 0 } });
  });

  it('has a name of its own, across restarts too', async () => {
    const { engine, open } = await world([no, no, no]);
    await append(engine, numbered(4, 'a'));
    await append(engine, numbered(4, 'b'));
    await engine.close();
    const again = await open();
    await append(again, numbered(4, 'c'));
    expect((await again.deadLetters()).map(({ ref, key }) => `${ref} ${key}`)).toEqual(['d-0 a', 'd-4 b', 'd-8 c']);
  });

  it('is thrown away when it is too old, told of and counted, and no younger one is', async () => {
    const { engine, clock, events, open, states } = await world(Array.from({ length: 27 }, () => no));
    for (let index = 0; index < 25; index += 1) await append(engine, numbered(4, `old ${index}`));
    await clock.advance(1000);
    const before = clock.now();
    await append(engine, [...numbered(4, 'young'), ...numbered(4, 'younger')]);
    const [oldest] = await engine.deadLetters();
    expect(await engine.expireDeadLetters(before)).toBe(25);
    const expected = {
      accepted: 108,
      dead: 8,
      expired: 100,
      batches: { dead: 2, expired: 25 },
    };
    expect(engine.ledger()).toMatchObject(expected);
    expect((await engine.deadLetters()).map(({ key }) => key)).toEqual(['young', 'younger']);
    expect(events.filter(({ type }) => type === 'expired')).toHaveLength(25);
    expect(events.find(({ type }) => type === 'expired')).toEqual({
      type: 'expired',
      destination: 'd',
      key: 'old 0',
      batch: oldest?.id,
      lines: 4,
      diedAt: oldest?.diedAt,
    });
    await expect(engine.replay(oldest?.ref ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await engine.expireDeadLetters(before)).toBe(0);
    await engine.close();
    const again = await open();
    expect(again.ledger()).toMatchObject(expected);
    expect(events.filter(({ type }) => type === 'ledger_mismatch')).toEqual([]);
    await again.close();
    expect(await states('dead/')).toHaveLength(2);
  });

  it('is either thrown away or sent again, never both', async () => {
    for (const replayFirst of [true, false]) {
      const { engine, clock, sent } = await world([no]);
      await append(engine, numbered(4));
      await clock.advance(1000);
      const ref = (await engine.deadLetters())[0]?.ref ?? '';
      const calls = [() => engine.replay(ref), () => engine.expireDeadLetters(clock.now())];
      const results = await Promise.allSettled((replayFirst ? calls : calls.reverse()).map((call) => call()));
      await engine.idle();
      const { delivered, expired, dead } = engine.ledger();
      expect([delivered + expired, dead]).toEqual([4, 0]);
      expect(sent).toHaveLength(delivered === 4 ? 2 : 1);
      const replayed = results[replayFirst ? 0 : 1]?.status === 'fulfilled';
      expect(replayed).toBe(delivered === 4);
    }
  });

  it('is counted no longer when it is replayed', async () => {
    const { engine, open } = await world([no, no]);
    await append(engine, [...numbered(4, 'a'), ...numbered(4, 'b')]);
    const [first] = await engine.deadLetters();
    await engine.replay(first?.ref ?? '');
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ dead: 4, replayed: 4, batches: { dead: 1, delivered: 1 } });
    await engine.close();
    expect((await open()).ledger()).toMatchObject({ dead: 4, replayed: 4, batches: { dead: 1, delivered: 1 } });
  });

  it('keeps its place among what was sealed when it is replayed, across a restart', async () => {
    const { engine, states, open, sent } = await world([no, no]);
    await append(engine, [...numbered(4, 'x'), ...numbered(4, 'y')]);
    engine.pause('d');
    await append(engine, numbered(4, 'a'));
    for (const { ref } of await engine.deadLetters()) await engine.replay(ref);
    await append(engine, [...numbered(4, 'b'), ...numbered(4, 'c')]);
    await engine.close();
    expect((await states('batch/')).map(([, value]) => JSON.parse(value)[2])).toEqual(['a', 'x', 'y', 'b', 'c']);
    const again = await open({ concurrency: 1 });
    await again.idle();
    expect(sent.slice(2).map(({ key }) => key)).toEqual(['a', 'x', 'y', 'b', 'c']);
  });

  it('keeps nothing of its queue on disk but its own lines', async () => {
    const { engine, entries } = await world([no]);
    await append(engine, [...numbered(4, 'dead'), ...numbered(8, 'k')]);
    await engine.idle();
    await engine.close();
    expect((await entries()).map(({ text }) => text.slice(text.indexOf('\n') + 1))).toEqual(['0', '1', '2', '3']);
  });

  it('wants a confirmation to be replayed when a later line of a subject was accepted, across a restart', async () => {
    const { engine, open } = await world([no]);
    await append(engine, [line('up', 'k', 'ann'), ...numbered(3)]);
    const [letter] = await engine.deadLetters();
    await append(engine, [line('down', 'k', 'ann')]);
    expect((await engine.deadLetters())[0]?.later).toBe(1);
    await expect(engine.replay(letter?.ref ?? '')).rejects.toMatchObject({ code: 'OVERTAKEN' });
    await engine.close();
    const again = await open();
    await expect(again.replay(letter?.ref ?? '')).rejects.toMatchObject({ code: 'OVERTAKEN' });
    await again.replay(letter?.ref ?? '', { confirmed: true });
    await again.drain();
    await again.idle();
    expect(again.ledger()).toMatchObject({ accepted: 5, delivered: 5 });
  });

  it('counts a later line that was accepted while the batch was still being sent', async () => {
    const held = heldAnswers();
    const { engine } = await world([held.answer]);
    await append(engine, [line('up', 'UPSERT', 'ann'), ...numbered(3, 'UPSERT')]);
    await append(engine, [line('down', 'DELETE', 'ann')]);
    await held.give(no);
    await engine.drain();
    await engine.idle();
    const [letter] = await engine.deadLetters();
    await expect(engine.replay(letter?.ref ?? '')).rejects.toMatchObject({ code: 'OVERTAKEN' });
  });
});

it('keeps forwarded lines that can be in no batch as dead letters, durable with the counts', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore({ id: 'store' });
  const openLines = () =>
    openEngine({
      store,
      log: 'lines',
      policy: POLICY,
      clock,
      send: async () => ({ kind: 'delivered' }),
      onEvent: (event) => events.push(event.type),
    });
  const events: string[] = [];
  const lines = await openLines();
  const updates = await openEngine({
    store,
    log: 'updates',
    policy: 'unit',
    clock,
    downstream: lines,
    send: async () => ({
      kind: 'delivered',
      forward: [line('x'.repeat(2000)), { ...line('y'), key: 7 as never }, line('good')],
    }),
  });
  await append(updates, [line('1')]);
  const letters = await lines.deadLetters();
  expect(letters.map(({ id, key }) => [id, key])).toEqual([
    [expect.stringMatching(/-lines-d-0$/), 'k'],
    [expect.stringMatching(/-lines-d-1$/), ''],
  ]);
  await Promise.all([updates.close(), lines.close()]);
  const again = await openLines();
  expect(again.ledger()).toMatchObject({ accepted: 3, open: 1, dead: 2 });
  expect(events).not.toContain('ledger_mismatch');
  await again.replay(letters[0]?.ref ?? '');
});
