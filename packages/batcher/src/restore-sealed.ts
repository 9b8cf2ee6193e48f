import type { BatchLine, Subject } from './batch.ts';
import type { Group } from './group.ts';
import { type Cause, HeldSubject } from './held-subject.ts';
import type { Order } from './order.ts';
import { distinct, liveGroups, pendingOf, Wait } from './wait.ts';

/**
 * Takes lines of one cause back in that were sealed before a restart. `groups` are their batches.
 *
 * What each batch waits for is found again from the lines: it is what it waited for before, or more.
 * Only batches with a lower sequence are waited for. This does not depend on the ordering in force:
 * the batches may have been sealed under another one. Where it is not by subject, tails add up.
 */
export function restoreSealed<L extends BatchLine>(
  order: Order<L>,
  batches: readonly Group<L>[],
  subject: Subject,
  at: number,
  cause: Cause,
): void {
  const { subjects } = order;
  const groups = distinct([...batches]);
  const known = subjects.get(subject);
  const isHeld = known instanceof HeldSubject;
  const tail = pendingOf(isHeld ? known.tail : known);
  holdAll(subjects.replays.with(undefined, subject), groups);
  if (isHeld && known.length > 0) {
    holdAll(tail, groups);
    restoreBehind(known, groups, at, cause);
    return;
  }
  const part = subjects.inHand(subject, cause);
  const before = part === undefined ? tail : pendingOf(part.before);
  if (part === undefined) subjects.begin(cause, subject, before);
  if (!order.bySubject) {
    holdAll(before, groups);
    subjects.set(subject, Wait.sum(tail, groups, false));
    return;
  }
  // A cause that waits for all before it stands for that. Any other cause adds to it.
  let left = part === undefined ? undefined : tail;
  if (!holdAll(before, groups)) left = part === undefined ? before : Wait.sum(left, liveGroups(before), false);
  left = Wait.sum(left, groups, left !== before);
  if (isHeld) known.tail = left;
  else subjects.set(subject, left);
}

/** Earlier lines of the subject are held: the cause queues up behind them, although it is sealed. */
function restoreBehind<L extends BatchLine>(held: HeldSubject<L>, groups: Group<L>[], at: number, cause: Cause): void {
  const { last } = held;
  if (last?.cause === cause) {
    last.groups.push(...groups);
    return;
  }
  holdAll(Wait.for(distinct([...(last?.groups ?? [])].filter((group) => !group.isOver))), groups);
  held.push({ cause, at, lines: [], groups, partOf: undefined, addsUp: true, noted: false });
}

/** Has sealed batches wait for those of a wait that were sealed before them. Tells whether that is all of it for each. */
function holdAll<L extends BatchLine>(wait: Wait<L> | undefined, groups: readonly Group<L>[]): boolean {
  if (wait === undefined) return true;
  const latest = latestOf(liveGroups(wait));
  let isAll = true;
  for (const group of groups) {
    if (latest < group.sequence) wait.hold(group);
    else isAll = wait.holdIfEarlier(group) && isAll;
  }
  return isAll;
}

/** The sequence of the group that was, or will be, sealed last. */
function latestOf<L extends BatchLine>(groups: readonly Group<L>[]): number {
  let latest = 0;
  for (const group of groups) latest = Math.max(latest, group.isOpen ? Number.POSITIVE_INFINITY : group.sequence);
  return latest;
}
