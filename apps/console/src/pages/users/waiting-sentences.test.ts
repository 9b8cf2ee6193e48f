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
      waits_for: [{ for: 'retry', until_ts: 2_000 }, { for: 'batch', batch: 'b-1' }, { for: 'gate' }],
    }),
  ).toEqual([
    'A line is in a sealed batch of 1 line.',
    '2 attempts failed, the last one so: HTTP 503',
    'It waits until 1970-01-01T00:00:02.000Z, to be tried again.',
    'It waits for b-1, which has an earlier one of the same user.',
    'It waits until later, as the plugin asked to be left alone.',
  ]);
});

it('knows every wait of an update', () => {
  const kinds = ['disk', 'turn', 'place', 'resume', 'downstream'] as const;
  const sentences = waitingSentences({
    stage: 'update',
    state: 'in_flight',
    waits_for: kinds.map((kind) => ({ for: kind })),
  });
  expect(sentences).toHaveLength(6);
  expect(sentences[0]).toBe('An update is at the plugin.');
});

it('has nothing to say of what is over', () => {
  expect(waitingSentences({ stage: 'update', state: 'over' })).toEqual([]);
});
