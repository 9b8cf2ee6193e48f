import type { UserEvent } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { userOutcome } from './user-outcome.ts';

const events = (...kinds: (UserEvent['kind'] | [UserEvent['kind'], number])[]): UserEvent[] =>
  kinds.map((kind, ts) => (typeof kind === 'string' ? { ts, kind } : { ts, kind: kind[0], lines: kind[1] }));
const delivered = ['update_accepted', ['update_answered', 1], 'line', 'batch_sealed', 'batch_attempt'] as const;
const of = (...kinds: Parameters<typeof events>) => userOutcome({ waiting: [], events: events(...kinds) });

it('is what ended last', () => {
  expect(of(...(delivered as never as []), 'batch_delivered')).toBe('delivered');
  expect(of(...(delivered as never as []), 'batch_dead')).toBe('dead');
  expect(of('batch_dead', 'batch_replayed', 'batch_attempt', 'batch_delivered')).toBe('delivered');
  expect(of('batch_delivered', 'update_accepted', 'update_dead')).toBe('dead');
  expect(of('batch_delivered', 'update_accepted', ['update_answered', 0])).toBe('nothing');
});

it('is not known before something has ended', () => {
  expect(of()).toBe('unknown');
  expect(of(...(delivered as never as []))).toBe('unknown');
  expect(of('batch_delivered', 'update_accepted', 'update_retried')).toBe('unknown');
  expect(of('batch_dead', 'batch_replayed')).toBe('unknown');
});

it('is waiting while anything waits', () => {
  expect(userOutcome({ waiting: [{ stage: 'batch', state: 'open' }], events: events('batch_delivered') })).toBe(
    'waiting',
  );
});
