import type { SealReason } from '@batchfeed/batcher';
import type { GateScope } from './base/gates.ts';
import type { Line } from './line.ts';

/** A sealed batch on its way. Every attempt gets the same id and the same lines. */
export interface OutgoingBatch {
  /** Stable across attempts and restarts: send it as the `Idempotency-Key`. */
  readonly id: string;
  readonly destination: string;
  readonly key: string;
  /** In accept order. Never parsed by the engine. */
  readonly lines: readonly OutgoingLine[];
  /** UTF-8 bytes of the final body as the policy counts them. */
  readonly bytes: number;
  /** Why it was sealed. */
  readonly reason: SealReason;
  /** When the oldest line was accepted, in milliseconds since the epoch. */
  readonly openedAt: number;
  /** When it was sealed, likewise. */
  readonly sealedAt: number;
  /** 1 for the first try. Tries put off by a requested delay count here too. */
  readonly attempt: number;
  /**
   * Attempts before this one that count as failed, those before a restart too: 0 for the first try,
   * and for the first of a replay. Tries put off by a requested delay are not among them.
   */
  readonly failures: number;
  /** Whether a dead letter came back. */
  readonly replay: boolean;
}

/** A line as senders see it. */
export interface OutgoingLine {
  /** As it was appended. */
  readonly content: string;
  readonly subject: string | undefined;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** UTF-8 bytes of `content`. */
  readonly bytes: number;
}

/** What became of one attempt. Anything a sender throws counts as `retry`. */
export type Outcome = Delivered | Retry | Rejected;

interface Answered {
  /**
   * Milliseconds the other side asks to be left alone, from any answer. Kept as a durable gate,
   * capped; zero, negative, NaN or absent means no delay.
   */
  readonly delayMs?: number | undefined;
  /** What the delay holds up. Default: the destination. */
  readonly delayScope?: GateScope | undefined;
  /** HTTP status, for the dead letter and for people. */
  readonly status?: number | undefined;
  /** Beginning of the answer, for the dead letter. Must not hold secrets. */
  readonly excerpt?: string | undefined;
}

/** The batch has arrived. */
export interface Delivered extends Answered {
  readonly kind: 'delivered';
  /** Counts to add to the destination's ledger, in the same durable step. */
  readonly tallies?: Readonly<Record<string, number>> | undefined;
  /** Lines this produced for the downstream engine: handed over in the same durable step. */
  readonly forward?: readonly Line[] | undefined;
}

/** Not now: the same batch is sent again later. */
export interface Retry extends Answered {
  readonly kind: 'retry';
  /**
   * Whether the attempt counts as failed. Default: unless it asks for a delay, which is no failure.
   */
  readonly failed?: boolean | undefined;
  /** A short sentence for people, without secrets or personal data. */
  readonly reason: string;
}

/** Never: the batch becomes a dead letter, kept and replayable. */
export interface Rejected extends Answered {
  readonly kind: 'rejected';
  /** A short sentence for people, without secrets or personal data. */
  readonly reason: string;
}

/**
 * Sends one batch. Must settle in finite time; `signal` aborts when the engine closes without
 * patience.
 */
export type Send = (batch: OutgoingBatch, context: { readonly signal: AbortSignal }) => Promise<Outcome>;
