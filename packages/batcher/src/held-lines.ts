import type { BatchLine, Held } from './batch.ts';
import type { HeldSubject } from './held-subject.ts';
import type { OpenGroups } from './open-groups.ts';
import type { Order } from './order.ts';

/** A held line is late by at most this share of the maximum age for each step that it is held for. */
const LATE_SHARE = 4;
/** Express batches of a key are at least this share apart. */
const EXPRESS_SHARE = 30;

/** The held lines of a subject, for people to look at. */
export function heldLinesOf<L extends BatchLine>(
  held: HeldSubject<L>,
  order: Order<L>,
  groups: OpenGroups<L>,
): Held<L>[] {
  const { first } = held;
  const wait = first === undefined ? undefined : order.beforeOf(held, first);
  const blockers = wait?.groups.filter((group) => group.isOpen) ?? [];
  let free = blockers.reduce((latest, group) => Math.max(latest, groups.dueAtOf(group)), Number.NEGATIVE_INFINITY);
  const found: Held<L>[] = [];
  for (const { lines, at } of held.causes()) {
    let sealed = free;
    for (const line of lines) {
      const { maxAgeMs } = groups.policyFor(line.key);
      const until = held.express
        ? free + maxAgeMs / EXPRESS_SHARE
        : Math.max(at + maxAgeMs, free + maxAgeMs / LATE_SHARE);
      found.push({ line, at, blockers, express: held.express, until });
      sealed = Math.max(sealed, until);
    }
    // The next cause is free when all of this one is sealed.
    free = sealed;
  }
  return found;
}
