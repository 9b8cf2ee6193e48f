import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Circuit } from './circuit.ts';

const PROBE_MS = 100;
let circuit: Circuit;
let probes: number;
let isUp: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  probes = 0;
  isUp = true;
  circuit = new Circuit({
    policy: { probeMs: PROBE_MS, maxProbeMs: 10_000, failures: 3 },
    probe: async () => {
      probes += 1;
      return isUp;
    },
    changed: () => {},
    idle: () => {},
  });
});
afterEach(() => {
  circuit.dispose();
  vi.useRealTimers();
});

const failAll = async (...calls: string[]) => {
  for (const call of calls) await circuit.failed(call, 'HTTP 502', false);
};
/** What a call that waits is told; `undefined` while it waits. */
function waiting(call: string, feedId?: string) {
  const turn: { told?: string } = {};
  void circuit.turn(call, feedId).then((told) => {
    turn.told = told;
  });
  return turn;
}

describe('a circuit that is open', () => {
  it('has a call try that has not failed yet, before those that have', async () => {
    await failAll('a', 'b', 'c');
    const [known, fresh] = [waiting('a'), waiting('new')];
    await vi.advanceTimersByTimeAsync(PROBE_MS);
    expect([known.told, fresh.told]).toEqual([undefined, 'trial']);
    circuit.answered('new');
    await vi.advanceTimersByTimeAsync(0);
    expect([known.told, circuit.isClosed]).toEqual(['look', true]);
  });

  it('has the calls of one feed look again, and leaves the others waiting', async () => {
    await failAll('a', 'b', 'c');
    const [one, other] = [waiting('d', 'feed 1'), waiting('e', 'feed 2')];
    circuit.disturb('feed 1');
    await vi.advanceTimersByTimeAsync(0);
    expect([one.told, other.told]).toEqual(['look', undefined]);
    await vi.advanceTimersByTimeAsync(PROBE_MS);
    expect(other.told).toBe('trial');
  });

  it('asks soon for a call that has not failed yet, unless one like it failed already', async () => {
    await failAll('a', 'b', 'c');
    // Those that failed try again and again, at growing distances.
    for (let trial = 0; trial < 5; trial += 1) {
      const turn = waiting('a');
      while (turn.told === undefined) await vi.advanceTimersByTimeAsync(PROBE_MS);
      await circuit.failed('a', 'HTTP 502', false);
    }
    expect((circuit.view.next_probe_ts ?? 0) - Date.now()).toBeGreaterThan(10 * PROBE_MS);
    const first = waiting('first');
    expect((circuit.view.next_probe_ts ?? 0) - Date.now()).toBeLessThanOrEqual(PROBE_MS);
    await vi.advanceTimersByTimeAsync(PROBE_MS);
    expect(first.told).toBe('trial');
    await circuit.failed('first', 'HTTP 502', false);
    const next = circuit.view.next_probe_ts;
    waiting('second');
    expect(circuit.view.next_probe_ts).toBe(next);
  });

  it('leaves a plugin alone that does not answer its status, whoever comes', async () => {
    isUp = false;
    await failAll('a');
    for (let second = 0; second < 60; second += 1) {
      waiting(`call ${second}`);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    // One that decided, then doubling from a tenth of a second to ten.
    expect(probes).toBeLessThan(18);
  });
});

describe('a failure', () => {
  it('is the call’s own when another was answered since it failed before, once', async () => {
    await failAll('a', 'b', 'c');
    waiting('d');
    await vi.advanceTimersByTimeAsync(PROBE_MS);
    circuit.answered('d');
    for (const call of ['a', 'b', 'c']) expect(await circuit.failed(call, 'HTTP 502', false)).toBe(false);
    expect(circuit.isClosed).toBe(true);
    expect(await circuit.failed('a', 'HTTP 502', false)).toBe(false);
    expect(await circuit.failed('b', 'HTTP 502', false)).toBe(false);
    expect(await circuit.failed('c', 'HTTP 502', false)).toBe(true);
    expect(circuit.isClosed).toBe(false);
  });

  it('of a call known to fail opens it all the same when nobody listens', async () => {
    await failAll('a');
    circuit.answered('b');
    expect(await circuit.failed('a', 'refused', true)).toBe(true);
    expect(circuit.isClosed).toBe(false);
  });
});
