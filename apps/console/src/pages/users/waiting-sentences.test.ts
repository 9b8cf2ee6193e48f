import { waitKinds } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { waitingSentences } from './waiting-sentences.ts';

it('says where a line is and until when it waits', () => {
  expect(waitingSentences({ stage: 'batch', state: 'open', lines: 12, due_ts: 1_000 })).toEqual([
    'A line is in an open group of 12 lines.',
    'The group is sealed at 1970-01-01T00:00:01.000Z at the latest.',
  ]);
});

it('says what failed and what is waited for', () => {
  expect(
    waitingSentences({
      stage: 'batch',
      state: 'sealed',
      lines: 1,
      attempts: 2,
      last_answer: { reason: 'HTTP 503', http_status: 503 },
      waits_for: [{ for: 'retry', until_ts: 2_000 }, { for: 'batch', batch: 'b-1' }, { for: 'requested_delay' }],
    }),
  ).toEqual([
    'A line is in a sealed batch of 1 line.',
    '2 attempts failed, the last one so: HTTP 503',
    'It waits until 1970-01-01T00:00:02.000Z, to be tried again.',
    'It waits for b-1, which has an earlier one of the same user.',
    'It waits until later, as the plugin asked for a delay.',
  ]);
});

it('has a sentence of its own for every wait', () => {
  const sentences = waitingSentences({
    stage: 'update',
    state: 'in_flight',
    waits_for: waitKinds.map((kind) => ({ for: kind })),
  });
  expect(sentences[0]).toBe('An update is at the plugin.');
  expect(new Set(sentences).size).toBe(waitKinds.length + 1);
});

it('says what a held line is held for, and until when at most', () => {
  const held = {
    stage: 'batch',
    state: 'held',
    lines: 1,
    held_for: [{ grouping_key: 'emails', lines: 7 }],
    held_until_ts: 3_000,
  } as const;
  const found = { ...held, held_for: [...held.held_for] };
  expect(waitingSentences(found)).toEqual([
    'A line is held until an earlier line of the user is in a sealed batch.',
    'That line is in the open group of emails, which has 7 lines.',
    'The held line is sealed at 1970-01-01T00:00:03.000Z at the latest.',
  ]);
  // Express batches also wait until nothing of their key is under way, however long that takes.
  expect(waitingSentences({ ...found, express: true }).slice(2)).toEqual([
    expect.stringMatching(/^The user changes all the time/),
    'The held line is sealed at 1970-01-01T00:00:03.000Z at the earliest.',
  ]);
});

it('says how much comes first of what waits on disk', () => {
  expect(waitingSentences({ stage: 'batch', state: 'waiting', before: 2_500 })).toEqual([
    'A line waits on disk; 2,500 of the feed come first.',
  ]);
  expect(waitingSentences({ stage: 'update', state: 'waiting', before: 1 })).toEqual([
    'An update waits on disk; 1 of the feed comes first.',
  ]);
});

it('has nothing to say of what is over', () => {
  expect(waitingSentences({ stage: 'update', state: 'over' })).toEqual([]);
});
