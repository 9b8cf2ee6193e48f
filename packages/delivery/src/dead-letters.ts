import type { SealReason } from '@batchfeed/batcher';

/** A batch that will not be sent again unless somebody replays it. */
export interface DeadLetter {
  /** The batch id; a replay sends under it again. */
  readonly id: string;
  /** Order of dying within the lane; pages of a listing continue after it. */
  readonly number: number;
  readonly destination: string;
  readonly key: string;
  /** Lines in it. */
  readonly size: number;
  /** A sentence for people. */
  readonly reason: string;
  /** HTTP status of the last answer, when there was one. */
  readonly status: number | undefined;
  /** Beginning of the last answer. */
  readonly excerpt: string | undefined;
  readonly attempts: number;
  /** Why its batch was sealed. */
  readonly sealReason: SealReason;
  readonly bytes: number;
  readonly openedAt: number;
  readonly sealedAt: number;
  /** When it died, in milliseconds since the epoch. */
  readonly diedAt: number;
  /** How often it was replayed before. */
  readonly replays: number;
}
