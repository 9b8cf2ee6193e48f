import type { FeedLedger } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { ledgerParts } from './ledger-parts.ts';
import { undelivered } from './undelivered.ts';

const SIDE: FeedLedger['lines'] = {
  accepted: 100,
  waiting: 40,
  open: 30,
  held: 12,
  sealed: 5,
  in_flight: 4,
  delivered: 10,
  dead: 6,
  expired: 3,
  discarded: 2,
  replayed: 0,
  attempts: 9,
  balanced: true,
};
const LEDGER: FeedLedger = { updates: { ...SIDE, open: 18, held: 0, accepted: 88 }, lines: SIDE };

it('shows every line in one part, the held ones apart from the open ones', () => {
  const parts = ledgerParts(LEDGER, 'lines');
  expect(parts.reduce((sum, { value }) => sum + value, 0)).toBe(100);
  expect(parts.filter(({ id }) => id === 'open' || id === 'held').map(({ value }) => value)).toEqual([18, 12]);
  expect(new Set(parts.map(({ colour }) => colour)).size).toBe(parts.length);
});

it('has no part for held updates, as none is', () => {
  const parts = ledgerParts(LEDGER, 'updates');
  expect(parts.map(({ id }) => id)).not.toContain('held');
  expect(parts.reduce((sum, { value }) => sum + value, 0)).toBe(88);
});

it('counts as undelivered what waits on disk, too', () => {
  expect(undelivered(SIDE)).toBe(79);
});
