import { expect, it } from 'vitest';
import { eventDetails } from './event-details.ts';

it('says what an update was about and what came of it', () => {
  expect(
    eventDetails({ ts: 0, kind: 'update_answered', operation: 'DELETE', lines: 2, attempt: 1, status: 200 }),
  ).toEqual(['leaves the segment', 'made 2 lines', 'attempt 1', 'HTTP 200']);
  expect(eventDetails({ ts: 0, kind: 'update_answered', reason: 'no_eligible_identifier' })).toEqual([
    'no eligible identifier: nothing to send',
  ]);
});

it('says a status once', () => {
  expect(eventDetails({ ts: 0, kind: 'batch_attempt', attempt: 2, status: 503, reason: 'HTTP 503, busy' })).toEqual([
    'attempt 2',
    'HTTP 503, busy',
  ]);
});

it('says why a batch was sealed, and why it failed', () => {
  expect(eventDetails({ ts: 0, kind: 'batch_sealed', reason: 'budget' })).toEqual(['by too many keys']);
  expect(eventDetails({ ts: 0, kind: 'batch_sealed', reason: '__proto__' })).toEqual(['by __proto__']);
  expect(eventDetails({ ts: 0, kind: 'batch_dead', reason: 'discarded', status: 400 })).toEqual([
    'HTTP 400',
    'discarded',
  ]);
});
