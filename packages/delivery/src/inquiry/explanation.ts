import type { SealReason } from '@batchfeed/batcher';
import type { GateScope } from '../base/gates.ts';
import type { DeadLetter } from '../dead-letters.ts';

/** What a sealed batch waits for. Times are milliseconds since the epoch. */
export type Wait =
  /** Its manifest is on its way to the disk. */
  | { readonly for: 'disk' }
  /** An older batch holds an earlier line of one of its subjects. */
  | { readonly for: 'batch'; readonly batch: string }
  /** Another batch of its key goes first. */
  | { readonly for: 'earlier_batch_of_key'; readonly behind: string }
  /** The other side asked for a delay. */
  | { readonly for: 'requested_delay'; readonly scope: GateScope; readonly until: number }
  /** A failed attempt is repeated then. */
  | { readonly for: 'retry'; readonly until: number }
  /** As many batches as may be are in flight to its destination. */
  | { readonly for: 'slot'; readonly inFlight: number }
  /** The destination is paused. */
  | { readonly for: 'paused' }
  /** The engine that takes what its sender forwards has no room. */
  | { readonly for: 'downstream' }
  /** An entry of the destination is damaged: nothing of it is sent. */
  | { readonly for: 'repair'; readonly reason: string };

/** A group of lines under one key. */
export interface Group {
  readonly destination: string;
  readonly key: string;
  readonly lines: number;
  /** Size of the body it makes. */
  readonly bytes: number;
  /** When its oldest line was accepted; of a group that began with held lines, when it began. */
  readonly openedAt: number;
}

/** A group that still takes lines. */
export interface OpenGroup extends Group {
  /** Whether it is beside the ordinary group of its key, for subjects that change all the time. */
  readonly express: boolean;
}

/** Where something is, and why. Times are milliseconds since the epoch. */
export type Explanation =
  /** On disk, behind what is being grouped: `before` entries of its queue come first. */
  | { readonly state: 'waiting'; readonly destination: string; readonly position: number; readonly before: number }
  /**
   * It would be too early: an earlier line of its subject is in an open group under another key.
   */
  | {
      readonly state: 'held';
      readonly destination: string;
      readonly key: string;
      readonly bytes: number;
      readonly acceptedAt: number;
      /** The open groups it waits for. */
      readonly heldFor: readonly { readonly key: string; readonly lines: number }[];
      /** Whether it will go by an express group, as its subject changes all the time. */
      readonly express: boolean;
      /** When it is sealed at the latest, by the age rules; of an express one, at the earliest. */
      readonly until: number;
    }
  /** Still taking lines; sealed by age at `dueAt` at the latest. */
  | ({ readonly state: 'open'; readonly dueAt: number } & OpenGroup)
  | ({
      readonly state: 'sealed' | 'in_flight';
      readonly batch: string;
      readonly reason: SealReason;
      readonly sealedAt: number;
      readonly attempts: number;
      readonly replay: boolean;
      /** What the last failed attempt was told. */
      readonly lastAnswer: { readonly reason: string; readonly status: number | undefined } | undefined;
      readonly waitsFor: readonly Wait[];
    } & Group)
  | { readonly state: 'dead'; readonly letter: DeadLetter }
  /** Delivered, or a dead letter that was replayed or has another id. */
  | { readonly state: 'over' }
  | { readonly state: 'unknown' };
