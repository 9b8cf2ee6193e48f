import type { Policy } from './policy.ts';
import type { Wait } from './wait.ts';

/** Why a batch was sealed. */
export type SealReason =
  /** It holds as many lines as the policy allows. */
  | 'lines'
  /** The next line would have taken it over the byte limit. */
  | 'bytes'
  /** Its oldest line has waited as long as the policy allows. */
  | 'age'
  /** A line that was held back for an earlier one of its subject has waited as long as it may: in this group, or for it. */
  | 'order'
  /** It is an express batch: small, beside the ordinary group of its key, for subjects that change all the time. */
  | 'express'
  /** The caller asked for everything that is open. */
  | 'drain'
  /** The caller has no room for as many keys as there are, and it was the fullest group. */
  | 'budget'
  /** A new policy left it over a limit. */
  | 'reconfigured';

/** Lines are about users: an order across keys is kept for each. */
export type Subject = string | number;

/** What the batcher reads of a line; the rest of the object is the caller's and stays untouched. */
export interface BatchLine {
  /** Opaque: compared exactly, never parsed, trimmed or case-folded. */
  readonly key: string;
  /** UTF-8 bytes the line takes in the final body, without separator. */
  readonly bytes: number;
  /** The user the line is about, or a hash of it. Lines of one subject keep their order across keys. Without one the line orders only within its key. */
  readonly subject?: Subject | undefined;
}

/** Lines of one key, open or sealed. Sealed, it never changes again but for `blocked` and `settled`. Times are the caller's milliseconds. */
export interface Batch<L extends BatchLine> {
  readonly key: string;
  /** The policy it is or was filled under. */
  readonly policy: Policy;
  /** In the order of placing. */
  readonly lines: readonly L[];
  /** Exact size of the final body: envelope, lines and separators. */
  readonly bytes: number;
  /** When its oldest line that was not held back was accepted; of a group that began with a held line, when it began. */
  readonly openedAt: number;
  /** When its oldest line was accepted, held ones included. */
  readonly oldestAt: number;
  /** Whether it is beside the ordinary group of its key, for subjects that change all the time. */
  readonly express: boolean;
  /** Undefined while the batch is open. */
  readonly reason: SealReason | undefined;
  /** Place in the order of sealing, from 1; 0 while open. */
  readonly sequence: number;
  /** Whether an earlier batch that it must not overtake is unsettled. */
  readonly blocked: boolean;
  /** Whether `settle` was told that it is over. */
  readonly settled: boolean;
}

/** A line that waits for an earlier one of its subject. */
export interface Held<L extends BatchLine> {
  readonly line: L;
  /** When it was accepted. */
  readonly at: number;
  /** The open groups it waits for. */
  readonly blockers: readonly Batch<L>[];
  /** When the last of them is sealed at the latest, as things stand. */
  readonly until: number;
}

/** The batcher's own view of a batch. */
export class Group<L extends BatchLine> implements Batch<L> {
  // What adding touches comes first: it shares the cache line with the object's header.
  lines: L[];
  bytes: number;
  policy: Policy;
  readonly key: string;
  readonly express: boolean;
  openedAt: number;
  oldestAt: number;
  reason: SealReason | undefined = undefined;
  sequence = 0;
  settled = false;
  /** What has to be settled before it may be sent. */
  after: Set<Wait<L>> | undefined = undefined;
  /** Waits that end with this batch, among others. */
  waits: Wait<L>[] | undefined = undefined;
  /** The wait for this batch alone, and the latest for this one and another: most subjects share one of these. */
  alone: Wait<L> | undefined = undefined;
  pair: Wait<L> | undefined = undefined;
  /** What it was cut into, when a new policy did that: they stand for it. */
  pieces: readonly Group<L>[] | undefined = undefined;
  /** The list that it was put into last: tells in one look whether it is in there. */
  listedIn: unknown = undefined;
  /** Subjects with lines that wait for this group to be sealed. */
  holding: Set<unknown> | undefined = undefined;
  /** Neighbours in the age list while open. */
  older: Group<L> | undefined = undefined;
  newer: Group<L> | undefined = undefined;

  constructor(key: string, policy: Policy, lines: L[], bytes: number, at: number, express = false) {
    this.lines = lines;
    this.bytes = bytes;
    this.policy = policy;
    this.key = key;
    this.express = express;
    this.openedAt = at;
    this.oldestAt = at;
  }

  get blocked(): boolean {
    return this.after !== undefined && this.after.size > 0;
  }

  get isOpen(): boolean {
    return this.reason === undefined;
  }
}
