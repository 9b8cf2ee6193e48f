import type { Outcome, OutgoingBatch } from '@batchfeed/delivery';
import { splitSessionKey } from '../pipeline/session-key.ts';
import type { Operation, UpdateEntry, UpdateKind } from './update-chunk.ts';
import type { UserHasher } from './user-hash.ts';

/** An answered update as the history keeps it. Pure. */
export function updateEntry(update: OutgoingBatch, outcome: Outcome, now: number, hasher: UserHasher): UpdateEntry {
  const { sessionId, rest: user } = splitSessionKey(update.key);
  const line = update.lines[0];
  hasher.read(user);
  const { token, position } = placeOf(update.id);
  return {
    lo: hasher.lo,
    hi: hasher.hi,
    feedId: update.destination,
    sessionId,
    token,
    position,
    acceptedAt: line?.acceptedAt ?? update.openedAt,
    answeredAt: now,
    kind: kindOf(outcome),
    operation: line === undefined ? undefined : operationOf(line.content),
    attempt: update.attempt,
    lines: outcome.kind === 'delivered' ? (outcome.forward?.length ?? 0) : 0,
    status: outcome.status,
    reason: outcome.kind === 'delivered' ? undefined : outcome.reason,
  };
}

function kindOf(outcome: Outcome): UpdateKind {
  if (outcome.kind !== 'delivered') return outcome.kind;
  return outcome.tallies?.no_eligible_identifier === undefined ? 'processed' : 'skipped';
}

/** What an update's id `<token>-updates-<feed>-<position>` begins and ends with; the feed is known anyway. */
export function placeOf(id: string): { token: string; position: number } {
  return { token: id.slice(0, id.indexOf('-')), position: Number(id.slice(id.lastIndexOf('-') + 1)) };
}

/** The id of an update. */
export function updateIdOf({ token, feedId, position }: Pick<UpdateEntry, 'token' | 'feedId' | 'position'>): string {
  return `${token}-updates-${feedId}-${position}`;
}

const NAME = '"operation"';
const OPERATION = /\s*:\s*"(UPSERT|DELETE)"/y;

/** What an update asks for, without parsing it: its text says so exactly once, or else it is parsed after all. */
export function operationOf(text: string): Operation {
  const end = text.indexOf(NAME) + NAME.length;
  if (end >= NAME.length && !text.includes(NAME, end) && !text.includes('\\u')) {
    OPERATION.lastIndex = end;
    const found = OPERATION.exec(text);
    if (found !== null) return found[1] as Operation;
  }
  const { operation } = JSON.parse(text) as { operation?: Operation };
  return operation;
}
