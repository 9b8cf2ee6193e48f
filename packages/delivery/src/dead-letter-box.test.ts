import { describe, expect, test } from 'vitest';
import { MemoryStore, type Outcome, openEngine } from './index.ts';
import { append, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, settle } from './testing.ts';

const no: Outcome = { kind: 'rejected', reason: 'No.', status: 422, excerpt: 'bad' };

describe('a dead letter', () => {
  test('says all that is known of its end, and is told of', async () => {
    const { engine, events, clock } = await world([no]);
    await append(engine, [line('a')]);
    await clock.advance(30);
    engine.drain();
    await settle();
    const openedAt = clock.now() - 30;
    const letter = {
      ref: '0-1',
      id: 'store-lines-0-0',
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
    };
    expect(await engine.deadLetters()).toEqual([letter]);
    expect(events.filter(({ type }) => type === 'dead')).toEqual([
      { type: 'dead', destination: 'd', key: 'k', batch: 'store-lines-0-0', lines: 1, reason: 'No.' },
    ]);
    expect(engine.ledger()).toMatchObject({ dead: 1, batches: { dead: 1, delivered: 0 } });
  });

  test('has a name of its own, across restarts too', async () => {
    const { engine, open } = await world([no, no, no]);
    await append(engine, numbered(4, 'a'));
    await append(engine, numbered(4, 'b'));
    await engine.close();
    const again = await open();
    await append(again, numbered(4, 'c'));
    expect((await again.deadLetters()).map(({ ref, key }) => `${ref} ${key}`)).toEqual(['0-1 a', '0-2 b', '0-3 c']);
  });

  test('is counted no longer when it is replayed', async () => {
    const { engine, open } = await world([no, no]);
    await append(engine, [...numbered(4, 'a'), ...numbered(4, 'b')]);
    const [first] = await engine.deadLetters();
    await engine.replay(first?.ref ?? '');
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ dead: 4, replayed: 4, batches: { dead: 1, delivered: 1 } });
    await engine.close();
    expect((await open()).ledger()).toMatchObject({ dead: 4, replayed: 4, batches: { dead: 1, delivered: 1 } });
  });

  test('that is replayed takes no number of a batch that waits', async () => {
    const { engine, states } = await world([no, no]);
    await append(engine, [...numbered(4, 'x'), ...numbered(4, 'y')]);
    engine.pause('d');
    await append(engine, numbered(4, 'a'));
    for (const { ref } of await engine.deadLetters()) await engine.replay(ref);
    await append(engine, [...numbered(4, 'b'), ...numbered(4, 'c')]);
    await engine.close();
    expect((await states('batch/')).map(([, value]) => JSON.parse(value)[2])).toEqual(['a', 'b', 'c']);
    expect(await states('replay/')).toHaveLength(2);
  });
});

test('lines that nobody can be told of are dead letters with ids of their own, durable with the counts', async () => {
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
    ['store-lines-0-0-refused-1', 'k'],
    ['store-lines-0-0-refused-2', ''],
  ]);
  await Promise.all([updates.close(), lines.close()]);
  const again = await openLines();
  expect(again.ledger()).toMatchObject({ accepted: 3, open: 1, dead: 2 });
  expect(events).not.toContain('ledger_mismatch');
  await again.replay(letters[0]?.ref ?? '');
});
