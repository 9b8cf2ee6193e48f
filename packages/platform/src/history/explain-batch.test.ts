import { type BatchSummary, sealReasons, waitKinds } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { explainBatch } from './explain-batch.ts';

const BATCH: BatchSummary = {
  batch_id: 'b-1',
  session_id: '7',
  grouping_key: 'emails',
  lines: 3,
  bytes: 90,
  seal_reason: 'age',
  opened_ts: 1_000,
  sealed_ts: 6_000,
  settled_ts: null,
  state: 'sealed',
  attempts: 0,
  http_status: null,
  reason: null,
  replay: false,
};
const sealedBy = (seal_reason: BatchSummary['seal_reason']) =>
  explainBatch({ ...BATCH, seal_reason }, undefined, true)[0];

it('a batch tells why it was sealed, in a sentence of its own for every reason', () => {
  expect(sealedBy('order')).toBe(
    'It was sealed early, as a line of one of its users, held back for an earlier one, had waited as long as it may, with 3 lines, 5 s after the oldest was accepted.',
  );
  expect(sealedBy('express')).toMatch(/small batch for users that change all the time/);
  expect(sealedBy('budget')).toMatch(/more grouping keys than memory holds/);
  expect(new Set(sealReasons.map(sealedBy)).size).toBe(sealReasons.length);
});

it('a batch that waits tells for what, in a sentence of its own for every wait', () => {
  const waits = [
    { for: 'slot', in_flight: 4 },
    { for: 'requested_delay', until_ts: 2_000 },
    { for: 'earlier_batch_of_key', batch: 'b-0' },
  ] as const;
  const now = (waits_for: { for: (typeof waitKinds)[number] }[]) =>
    explainBatch(BATCH, { stage: 'batch', state: 'sealed', waits_for }, true).slice(2);
  expect(now([...waits])).toEqual([
    'It waits for a slot: as many calls of the feed as may be are under way (4).',
    'It waits until 1970-01-01T00:00:02.000Z, as the plugin asked for a delay.',
    'It waits for batch b-0 of the same key, which goes first.',
  ]);
  const all = now(waitKinds.map((kind) => ({ for: kind })));
  expect(new Set(all).size).toBe(waitKinds.length);
});

it('a batch that is over waits for nothing', () => {
  const over: BatchSummary = { ...BATCH, state: 'delivered', attempts: 1, settled_ts: 7_000 };
  const now = { stage: 'batch', state: 'over', waits_for: [{ for: 'paused' }] } as const;
  expect(explainBatch(over, { ...now, waits_for: [...now.waits_for] }, true)).toEqual([
    expect.stringContaining('sealed'),
    'It was delivered with attempt 1, 1 s after being sealed.',
  ]);
});
