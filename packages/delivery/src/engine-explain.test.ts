import { describe, expect, it } from 'vitest';
import type { Outcome } from './index.ts';
import { append, line, numbered, world } from './testing/engine-world.ts';
import { settle } from './testing.ts';

describe('explaining', () => {
  it('says where a line is at every stage', async () => {
    let answer = (_: Outcome) => {};
    const { engine, clock } = await world([() => new Promise((resolve) => (answer = resolve))]);
    const { lineIds } = await append(engine, [line('up', 'UPSERT', 'ann')]);
    const [id] = lineIds() as [string];
    expect(await engine.explain({ destination: 'd', line: id })).toMatchObject([
      { state: 'open', key: 'UPSERT', lines: 1, dueAt: clock.now() + 100 },
    ]);
    await append(engine, [line('down', 'DELETE', 'ann')]);
    expect(await engine.explain({ destination: 'd', subject: 'ann' })).toMatchObject([
      { state: 'open', key: 'UPSERT' },
      { state: 'held', key: 'DELETE', heldFor: [{ key: 'UPSERT', lines: 1 }], express: false },
    ]);
    await engine.drain();
    await settle();
    const [batch] = await engine.explain({ destination: 'd', line: id });
    expect(batch).toMatchObject({ state: 'in_flight', reason: 'drain', attempts: 1, waitsFor: [] });
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
    expect(await engine.explain({ destination: 'd', line: id })).toEqual([{ state: 'over' }]);
    expect(await engine.explain({ batch: upserts })).toEqual([{ state: 'over' }]);
  });

  it('names gates, turns, pauses and places', async () => {
    const { engine, clock } = await world([{ kind: 'delivered', delayMs: 1000 }], { concurrency: 1 });
    await append(engine, [...numbered(12, 'a'), ...numbered(4, 'b')]);
    engine.pause('d');
    const until = clock.now() + 1000;
    const [first, second] = await engine.explain({ destination: 'd', key: 'a' });
    expect(first).toMatchObject({
      waitsFor: [{ for: 'requested_delay', scope: 'destination', until }, { for: 'paused' }],
    });
    expect(second).toMatchObject({
      waitsFor: [{ for: 'earlier_batch_of_key' }, { for: 'requested_delay' }, { for: 'paused' }],
    });
  });

  it('finds dead letters by batch id, and knows what it never had', async () => {
    const { engine, sent } = await world([{ kind: 'rejected', reason: 'No.' }]);
    await append(engine, numbered(4));
    expect(await engine.explain({ batch: sent[0]?.id ?? '' })).toMatchObject([
      { state: 'dead', letter: { reason: 'No.' } },
    ]);
    expect(await engine.explain({ batch: 'nonsense' })).toEqual([{ state: 'unknown' }]);
    expect(await engine.explain({ destination: 'd', line: '99' })).toEqual([{ state: 'unknown' }]);
    expect(await engine.explain({ destination: 'nobody', key: 'k' })).toEqual([]);
  });
});
