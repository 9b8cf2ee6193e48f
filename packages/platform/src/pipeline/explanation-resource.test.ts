import type { Explanation, Wait } from '@batchfeed/delivery';
import { explanationSchema, waitKinds } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { explanationResource } from './explanation-resource.ts';
import { sessionKey } from './session-key.ts';

const KEY = sessionKey('7', 'emails');
const OPEN = {
  state: 'open',
  destination: '1',
  key: KEY,
  lines: 3,
  bytes: 90,
  openedAt: 1_000,
  dueAt: 61_000.25,
  express: true,
} as const;

it('a held line tells what it waits for, and until when at most', () => {
  const held: Explanation = {
    state: 'held',
    destination: '1',
    key: KEY,
    bytes: 12,
    acceptedAt: 5_000,
    heldFor: [{ key: sessionKey('7', 'accounts'), lines: 9 }],
    express: true,
    until: 20_000.5,
  };
  const found = explanationResource('batch', held);
  expect(explanationSchema.parse(found)).toEqual({
    stage: 'batch',
    state: 'held',
    session_id: '7',
    grouping_key: 'emails',
    lines: 1,
    bytes: 12,
    accepted_ts: 5_000,
    held_for: [{ grouping_key: 'accounts', lines: 9 }],
    express: true,
    held_until_ts: 20_001,
  });
  expect(explanationResource('batch', { ...held, until: Number.POSITIVE_INFINITY })).not.toHaveProperty(
    'held_until_ts',
  );
});

it('what waits on disk tells how much is before it', () => {
  const found = explanationResource('batch', { state: 'waiting', destination: '1', position: 12, before: 9 });
  expect(explanationSchema.parse(found)).toEqual({ stage: 'batch', state: 'waiting', before: 9 });
});

it('an open group tells whether it is an express one, and no due time that is too early', () => {
  const found = explanationSchema.parse(explanationResource('batch', OPEN));
  expect(found).toMatchObject({ state: 'open', grouping_key: 'emails', due_ts: 61_001, express: true });
});

it('the key of an update stays out of its explanation, as it names the user', () => {
  expect(JSON.stringify(explanationResource('update', OPEN))).not.toContain('emails');
});

it('every wait of a batch has its name and its facts', () => {
  const waitsFor: Wait[] = [
    { for: 'disk' },
    { for: 'batch', batch: 'b-1' },
    { for: 'earlier_batch_of_key', behind: 'b-0' },
    { for: 'requested_delay', scope: 'destination', until: 7.5 },
    { for: 'retry', until: 9 },
    { for: 'slot', inFlight: 4 },
    { for: 'paused' },
    { for: 'downstream' },
    { for: 'repair', reason: 'row 3' },
  ];
  const { dueAt: _, state: __, ...group } = OPEN;
  const found = explanationResource('batch', {
    ...group,
    state: 'sealed',
    batch: 'b-2',
    reason: 'order',
    sealedAt: 2_000,
    attempts: 1,
    replay: false,
    lastAnswer: undefined,
    waitsFor,
  });
  expect(explanationSchema.parse(found).waits_for).toEqual([
    { for: 'disk' },
    { for: 'batch', batch: 'b-1' },
    { for: 'earlier_batch_of_key', batch: 'b-0' },
    { for: 'requested_delay', scope: 'destination', until_ts: 8 },
    { for: 'retry', until_ts: 9 },
    { for: 'slot', in_flight: 4 },
    { for: 'paused' },
    { for: 'downstream' },
    { for: 'repair', reason: 'row 3' },
  ]);
  expect(waitsFor.map((wait) => wait.for)).toEqual(waitKinds);
});
