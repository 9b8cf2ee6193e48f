import { sealReasons, waitKinds } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { explanationText } from './explanation-text.ts';

it('says what a held line is held for, and until when at most', () => {
  const held = {
    stage: 'batch' as const,
    state: 'held' as const,
    grouping_key: 'accounts',
    lines: 1,
    bytes: 20,
    accepted_ts: 1_000,
    held_for: [{ grouping_key: 'emails', lines: 7 }],
    held_until_ts: 3_000,
  };
  expect(explanationText(held).split('\n')).toEqual([
    'batch held; key "accounts"; 1 line, 20 bytes; accepted at 1970-01-01T00:00:01.000Z',
    '  held for an earlier line of its user in the open group of key "emails" (7 lines)',
    '  sealed at 1970-01-01T00:00:03.000Z at the latest',
  ]);
  const express = explanationText({ ...held, express: true });
  expect(express).toContain('users that change all the time');
  expect(express).toContain('sealed at 1970-01-01T00:00:03.000Z at the earliest');
});

it('says how much comes first of what waits on disk', () => {
  expect(explanationText({ stage: 'update', state: 'waiting', before: 18_200 })).toBe(
    'update waiting; on disk, 18200 of the feed come first',
  );
});

it('says why a batch was sealed, in words', () => {
  const texts = sealReasons.map((seal_reason) => explanationText({ stage: 'batch', state: 'sealed', seal_reason }));
  expect(texts).toContain('batch sealed; sealed as its feed has more grouping keys than memory holds');
  expect(new Set(texts).size).toBe(sealReasons.length);
});

it('has a sentence of its own for every wait', () => {
  const text = explanationText({
    stage: 'batch',
    state: 'sealed',
    waits_for: waitKinds.map((kind) => ({ for: kind, batch: 'b-0', in_flight: 4, until_ts: 0 })),
  });
  const [, ...sentences] = text.split('\n');
  expect(new Set(sentences).size).toBe(waitKinds.length);
  expect(sentences).toContain('  waits for b-0, which goes first');
});

it('says what became of what is over', () => {
  const over = { stage: 'update', state: 'over', outcome: 'no_eligible_identifier' } as const;
  expect(explanationText({ ...over, settled_ts: 0 })).toBe(
    'update done, with no eligible identifier at 1970-01-01T00:00:00.000Z',
  );
  expect(explanationText(over)).toContain('at an unknown time');
});
