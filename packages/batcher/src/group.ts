import type { Batch, BatchLine, SealReason } from './batch.ts';
import type { HeldSubject } from './held-subject.ts';
import type { Policy } from './policy.ts';
import type { Wait } from './wait.ts';

/** What a group has to do with others. Groups without subjects have none of this. */
export class Links<L extends BatchLine> {
  /** The waits that have to be over before the batch may be sent. */
  after: Set<Wait<L>> | undefined = undefined;
  /** Waits that this batch is part of. */
  waits: Wait<L>[] | undefined = undefined;
  /** The wait for this batch alone. Subjects share it. */
  alone: Wait<L> | undefined = undefined;
  /** The latest wait for this batch and some others. Subjects share it, too. */
  shared: Wait<L> | undefined = undefined;
  /** Subjects to look at when the group is sealed. */
  watchers: Set<HeldSubject<L>> | undefined = undefined;
  /** Lines whose subjects wait for this batch, where these are not just its own. */
  standsFor: readonly L[] | undefined = undefined;
}

/** A batch as the batcher sees it. */
export class Group<L extends BatchLine> implements Batch<L> {
  // Adding a line reads the first fields: they share a cache line with the header of the object.
  lines: L[];
  bytes: number;
  policy: Policy;
  openedAt: number;
  readonly key: string;
  readonly express: boolean;
  reason: SealReason | undefined = undefined;
  sequence = 0;
  settled = false;
  links: Links<L> | undefined = undefined;
  /** Acceptance of the oldest held line, where that is before `openedAt`. */
  heldSince: number | undefined = undefined;
  /** Neighbours in the age list while open. */
  older: Group<L> | undefined = undefined;
  newer: Group<L> | undefined = undefined;
  /** Place in the heap of early or express groups; -1 outside. */
  heapIndex = -1;

  constructor(key: string, policy: Policy, lines: L[], bytes: number, openedAt: number, express: boolean) {
    this.lines = lines;
    this.bytes = bytes;
    this.policy = policy;
    this.openedAt = openedAt;
    this.key = key;
    this.express = express;
  }

  get isOpen(): boolean {
    return this.reason === undefined;
  }

  get oldestAt(): number {
    return this.heldSince === undefined ? this.openedAt : Math.min(this.heldSince, this.openedAt);
  }

  get blocked(): boolean {
    return this.links?.after !== undefined;
  }

  /**
   * Whether later lines need not wait for the batch. A batch that was settled while it was blocked
   * still stands for the earlier ones.
   */
  get isOver(): boolean {
    return this.settled && !this.blocked;
  }

  /** Whether a line would join this group while it is open: a key has one of each kind. */
  takes(line: L, express: boolean): boolean {
    return this.express === express && this.key === line.key;
  }
}

/** @throws TypeError for an object that no batcher made. */
export function groupOf<L extends BatchLine>(batch: Batch<L>): Group<L> {
  if (batch instanceof Group) return batch;
  throw new TypeError('This batch was not made by a Batcher. Pass the object that the Batcher returned.');
}
