import type { SealReason } from '@batchfeed/batcher';

/** A batch that is not sent again unless it is replayed. */
export interface DeadLetter {
  /** Names this dead letter, for `replay` and to continue a listing after it. */
  readonly ref: string;
  /** The batch id; a replay sends under it again. */
  readonly id: string;
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
  /** Attempts made in all, before its replays too. */
  readonly attempts: number;
  /** Why its batch was sealed. */
  readonly sealReason: SealReason;
  /** UTF-8 bytes of its body as the policy counts them. */
  readonly bytes: number;
  /** When its oldest line was accepted, in milliseconds since the epoch. */
  readonly openedAt: number;
  /** When it was sealed, likewise. */
  readonly sealedAt: number;
  /** When it died, in milliseconds since the epoch. */
  readonly diedAt: number;
  /** How often it was replayed before. */
  readonly replays: number;
  /**
   * How many of its subjects had a later line since, so that its replay has to be confirmed;
   * undefined when that is not known.
   */
  readonly later: number | undefined;
}

/** The destination's tag and the letter's place among its dead, as a dead letter's `ref`. */
export function deadRef(tag: string, first: number): string {
  return `${tag}-${first}`;
}

/** The tag and the place of a `ref`; undefined when it is none. */
export function parseDeadRef(ref: string): { readonly tag: string; readonly first: number } | undefined {
  const [, tag, first] = /^(~?[0-9A-Za-z_]{1,64})-(\d{1,15})$/.exec(ref) ?? [];
  return tag === undefined || first === undefined ? undefined : { tag, first: Number(first) };
}
