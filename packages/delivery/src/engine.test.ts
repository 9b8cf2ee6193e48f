import { describe, expect, it } from 'vitest';
import { MemoryStore, openEngine } from './index.ts';
import { append, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, RecordingPartner, settle } from './testing.ts';

describe('bad input', () => {
  it('refuses a line and says why; its neighbours go on', async () => {
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

  it.each([
    ['windowBytes', { windowBytes: 0 }],
    ['windowBytes', { windowBytes: Number.NaN }],
    ['ordering', { ordering: 'NONE' as never }],
    ['log', { log: 'a log' }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency.max', { concurrency: { min: 3, max: 2 } }],
    ['retry.maxAttempts', { retry: { maxAttempts: 0 } }],
    ['retry.baseMs', { retry: { baseMs: -1 } }],
  ])('refuses an impossible %s, naming it', async (name, options) => {
    await expect(world([], options)).rejects.toMatchObject({ code: 'INVALID', message: expect.stringContaining(name) });
  });

  it('stops when another engine takes its lanes over, says so, and that one goes on', async () => {
    const { engine, events, open } = await world([], { policy: { ...POLICY, maxLines: 10 } });
    await append(engine, numbered(2));
    const taker = await open();
    await expect(engine.append(numbered(1))).rejects.toMatchObject({ code: 'FENCED' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'lane_lost', lane: 0 }));
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'failed', error: expect.objectContaining({ code: 'FENCED' }) }),
    );
    await taker.drain();
    await taker.idle();
    expect(taker.ledger()).toMatchObject({ accepted: 2, delivered: 2 });
  });

  it('refuses appends after close, and whatever waits for idleness', async () => {
    const { engine } = await world();
    await append(engine, numbered(1));
    const idle = engine.idle();
    await engine.close();
    await expect(idle).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(engine.append(numbered(1))).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(engine.replay('d-1')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('knows no dead letter by a wrong name', async () => {
    const { engine } = await world();
    for (const ref of ['', 'd-1', '7-1', '../x', 'd-99999999999999999999']) {
      await expect(engine.replay(ref)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('closing', () => {
  it('waits for what is in flight, aborts it when patience ends, and leaves the rest to the next engine', async () => {
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
    expect(again.ledger()).toMatchObject({ accepted: 6, delivered: 0, dead: 0 });
    expect(sent).toEqual([]);
  });

  it('does not wait for a sender that never ends', async () => {
    const { engine, clock, open } = await world([() => new Promise<never>(() => {})]);
    await append(engine, numbered(4));
    const closing = engine.close({ patienceMs: 500 });
    await clock.advance(2000);
    await closing;
    const again = await open();
    await again.idle();
    expect(again.ledger()).toMatchObject({ accepted: 4, delivered: 4 });
  });
});

describe('two engines on one store', () => {
  it('hand lines over in the same write that ends their cause', async () => {
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
    await settle();
    // There is no caller to refuse the large line to: it is kept.
    expect(lines.ledger()).toMatchObject({ accepted: 3, open: 2, dead: 1 });
    await lines.drain();
    await lines.idle();
    expect([...partner.firstByKey.values()]).toEqual([['1a', '1b']]);
  });
});

describe('adaptive concurrency', () => {
  it('grows while the other side bears it and shrinks when it does not', async () => {
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
