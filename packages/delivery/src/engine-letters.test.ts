import { describe, expect, it } from 'vitest';
import type { Outcome } from './index.ts';
import { append, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { settle } from './testing.ts';

describe('dead letters', () => {
  it('come back behind what waits under their key, marked, and die again if they must', async () => {
    const no: Outcome = { kind: 'rejected', reason: 'No.' };
    const { engine, sent } = await world([no, { kind: 'delivered' }, no]);
    await append(engine, numbered(4));
    const [letter] = await engine.deadLetters();
    await Promise.all([engine.append(numbered(4)), engine.replay(letter?.ref ?? ''), engine.replay(letter?.ref ?? '')]);
    await settle();
    expect(sent.map(({ replay }) => replay)).toEqual([false, false, true].sort());
    const [again] = await engine.deadLetters();
    expect(again).toMatchObject({ id: letter?.id, replays: 1, attempts: 2 });
    await engine.replay(again?.ref ?? '');
    await engine.idle();
    expect(engine.ledger()).toMatchObject({ accepted: 8, delivered: 8, dead: 0, replayed: 8 });
  });

  it('are listed page by page', async () => {
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

  it('a replay that was under way goes on after a kill', async () => {
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
