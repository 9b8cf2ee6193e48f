import type { DeadLetterGroup, DeadLetterResource, ReplayDeadLetters } from '@batchfeed/schemas';

/** How much is sent again, by what it is. */
export interface Amount {
  readonly batches: number;
  /** Of those batches. */
  readonly lines: number;
  readonly updates: number;
}

/** What somebody asked to replay: what the platform is told, and how much that is as far as the page knows. */
export interface ReplayRequest {
  readonly which: Pick<ReplayDeadLetters, 'ids' | 'group'>;
  readonly amount: Amount;
  /** Whether it means whatever is there when it is confirmed, rather than certain letters. */
  readonly isOpenEnded: boolean;
}

/** As many as one request may name. */
export const MOST_NAMED = 10_000;

export const replayOf = (letters: readonly DeadLetterResource[]): ReplayRequest => ({
  which: { ids: letters.map(({ id }) => id) },
  amount: amountOf(letters.map((letter) => ({ ...letter, count: 1 }))),
  isOpenEnded: false,
});

export const replayOfGroup = (group: DeadLetterGroup): ReplayRequest => ({
  which: { group: group.group },
  amount: amountOf([group]),
  isOpenEnded: true,
});

export const replayOfAll = (groups: readonly DeadLetterGroup[]): ReplayRequest => ({
  which: {},
  amount: amountOf(groups),
  isOpenEnded: true,
});

export const lettersIn = ({ batches, updates }: Amount): number => batches + updates;

function amountOf(parts: readonly { stage: DeadLetterGroup['stage']; count: number; lines: number }[]): Amount {
  const ofStage = (wanted: DeadLetterGroup['stage']) => parts.filter(({ stage }) => stage === wanted);
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  return {
    batches: sum(ofStage('batch').map(({ count }) => count)),
    lines: sum(ofStage('batch').map(({ lines }) => lines)),
    updates: sum(ofStage('update').map(({ count }) => count)),
  };
}
