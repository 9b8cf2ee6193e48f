import { describe, expect, it } from 'vitest';
import type { Outcome } from './index.ts';
import { append, numbered, world } from './testing/engine-world.ts';
import { settle } from './testing.ts';

describe('retrying', () => {
  it('repeats the same batch under the same id after a back-off that doubles, then buries it', async () => {
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

  it('counts what a sender throws as a retry', async () => {
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

  it('remembers failed attempts across a restart', async () => {
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

  it('a newer batch of the key waits for the one that is retried; other keys go on', async () => {
    const { engine, sent, clock } = await world([{ kind: 'retry', reason: 'Busy.' }]);
    await append(engine, [...numbered(8, 'a'), ...numbered(4, 'b')]);
    expect(sent.map(({ key }) => key)).toEqual(['a', 'b']);
    await clock.advance(10);
    expect(sent.map(({ key, attempt }) => `${key}${attempt}`)).toEqual(['a1', 'b1', 'a2', 'a1']);
  });
});

describe('requested delays', () => {
  it('hold the destination up, do not count as failures, and outlive a restart', async () => {
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

  it('are honoured from a success too', async () => {
    const { engine, sent, clock } = await world([{ kind: 'delivered', delayMs: 300 }]);
    await append(engine, numbered(8));
    await clock.advance(299);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent).toHaveLength(2);
  });

  it.each([0, -5, Number.NaN, undefined])('of %s are none', async (delayMs) => {
    const { engine, sent } = await world([{ kind: 'delivered', delayMs }]);
    await append(engine, numbered(8));
    expect(sent).toHaveLength(2);
  });

  it('of ten years are capped', async () => {
    const { engine, sent, clock } = await world([{ kind: 'delivered', delayMs: 10 * 365 * 24 * 3600 * 1000 }]);
    await append(engine, numbered(8));
    await clock.advance(3_600_000);
    expect(sent).toHaveLength(2);
  });

  it('may hold up one key only, or every destination behind an endpoint', async () => {
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
