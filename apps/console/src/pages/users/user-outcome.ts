import type { UserEvent, UserSearchAnswer } from '@batchfeed/schemas';

export type UserOutcome = 'waiting' | 'delivered' | 'dead' | 'nothing' | 'unknown';
type FoundInFeed = UserSearchAnswer['feeds'][number];

/** Events that end something, and how. An answer ends an update only when no line came of it. */
const endings: Partial<Readonly<Record<UserEvent['kind'], (event: UserEvent) => UserOutcome | undefined>>> = {
  batch_delivered: () => 'delivered',
  batch_dead: () => 'dead',
  update_dead: () => 'dead',
  batch_replayed: () => 'unknown',
  update_accepted: () => 'unknown',
  update_answered: ({ lines = 0 }) => (lines === 0 ? 'nothing' : undefined),
};

/** What became of the user's latest update in a feed, as far as is known. Pure. */
export function userOutcome({ waiting, events }: Pick<FoundInFeed, 'waiting' | 'events'>): UserOutcome {
  if (waiting.length > 0) return 'waiting';
  for (const event of [...events].reverse()) {
    const outcome = endings[event.kind]?.(event);
    if (outcome !== undefined) return outcome;
  }
  return 'unknown';
}
