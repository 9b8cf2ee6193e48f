import type { Policy } from './policy.ts';

/** Why a batch was sealed. */
export type SealReason =
  /** It holds as many lines as the policy allows. */
  | 'lines'
  /** The next line would have taken it over the byte limit. */
  | 'bytes'
  /** Its oldest line has waited as long as the policy allows. */
  | 'age'
  /** A held line has waited as long as it may: in this group, or for this group to be sealed. */
  | 'order'
  /** It is a small batch of subjects that change all the time, beside the ordinary group of its key. */
  | 'express'
  /** The caller asked for everything that is open. */
  | 'drain'
  /** The caller has too little room for its open groups, and this was the fullest. */
  | 'budget'
  /** A new policy left the group at or over a limit. */
  | 'reconfigured';

/** What a line is about, such as a user, or a hash of it. */
export type Subject = string | number;

/** The fields of a line that the batcher reads. The rest of the object is the caller's. */
export interface BatchLine {
  /** Opaque: compared exactly, never parsed, trimmed or case-folded. */
  readonly key: string;
  /** UTF-8 bytes the line takes in the final body, without separator. */
  readonly bytes: number;
  /**
   * Lines of one subject keep their order across keys. A line without subject keeps its order
   * within its key only. When the subject is a hash, a collision can only make a line wait longer.
   */
  readonly subject?: Subject | undefined;
}

/**
 * Lines of one key, open or sealed. After sealing only `blocked` and `settled` change.
 * Times are milliseconds of the caller's clock.
 */
export interface Batch<L extends BatchLine> {
  readonly key: string;
  /** The policy the group is or was filled under. */
  readonly policy: Policy;
  /** In the order in which they joined the group. */
  readonly lines: readonly L[];
  /** Exact size of the final body: envelope, lines and separators. */
  readonly bytes: number;
  /**
   * Acceptance of the oldest line that was not held. For a group that a held line opened it is the
   * time of opening.
   */
  readonly openedAt: number;
  /** Acceptance of the oldest line, held lines included. */
  readonly oldestAt: number;
  /** Whether it is an express group: beside the ordinary group of its key. */
  readonly express: boolean;
  /** Undefined while the group is open. */
  readonly reason: SealReason | undefined;
  /** Place in the order of sealing, from 1. It is 0 while the group is open. */
  readonly sequence: number;
  /** Whether an earlier batch that it must not overtake is unsettled. Meaningful once sealed. */
  readonly blocked: boolean;
  /** Whether `settle` was called for it. */
  readonly settled: boolean;
}

/** A line that waits for an earlier line of its subject, in an open group, to be sealed. */
export interface Held<L extends BatchLine> {
  readonly line: L;
  /** Acceptance of the line. */
  readonly at: number;
  /** The open groups it waits for: its own cause, or the first held cause of its subject. */
  readonly blockers: readonly Batch<L>[];
  /** Whether it will go by an express group, as its subject changes all the time. */
  readonly express: boolean;
  /**
   * When the line is sealed at the latest, by the age rules and as things stand. For a line that
   * goes by express it is the earliest time, since its batch also waits until nothing of its key is
   * unsettled.
   */
  readonly until: number;
}

/** A sealed batch from before a restart. */
export interface RestoredBatch {
  readonly key: string;
  readonly openedAt: number;
  readonly bytes: number;
  readonly reason: SealReason;
  /** Default false. */
  readonly express?: boolean | undefined;
}
