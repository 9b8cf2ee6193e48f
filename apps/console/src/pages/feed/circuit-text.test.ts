import { describe, expect, it } from 'vitest';
import { circuitText } from './circuit-text.ts';

const NOW = 1_700_000_000_000;

describe('the circuit as a sentence', () => {
  it('says since when and why nothing is sent, and when the plugin is asked next', () => {
    const open = {
      state: 'OPEN' as const,
      since_ts: NOW - 90_500,
      reason: 'connect ECONNREFUSED',
      next_probe_ts: NOW + 12_300,
    };
    expect(circuitText(open, 'ACTIVE', NOW)).toEqual({
      tone: 'bad',
      sentence:
        'The plugin has not answered for 1 min 30 s. Updates and batches wait; nothing counts as failed meanwhile.',
      reason: 'connect ECONNREFUSED',
      next: 'It is asked again in 12 s.',
    });
  });

  it('counts down to now and not below', () => {
    const open = { state: 'OPEN' as const, next_probe_ts: NOW - 5_000 };
    expect(circuitText(open, 'ACTIVE', NOW)).toMatchObject({ next: 'It is being asked now.' });
    expect(circuitText({ ...open, since_ts: NOW + 9_000 }, 'ACTIVE', NOW).sentence).toContain('for < 1 s');
  });

  it('promises no calls of a feed that makes none', () => {
    const closed = { state: 'CLOSED' as const, reason: 'old news' };
    expect(circuitText(closed, 'LIVE', NOW)).toMatchObject({ tone: 'ok', reason: undefined, next: undefined });
    const sentences = (['LIVE', 'PAUSED', 'INITIAL'] as const).map(
      (status) => circuitText(closed, status, NOW).sentence,
    );
    expect(new Set(sentences).size).toBe(3);
  });
});
