import type { Batch, SealReason } from '@batchfeed/batcher';
import type { Place } from '../line.ts';
import type { OutgoingBatch, OutgoingLine } from '../outcome.ts';
import type { DestinationState } from './destination.ts';
import type { Letter } from './records.ts';

/**
 * A sealed batch on its way through the engine.
 *
 * States: waiting ──written, not blocked, first of its key──▶ ready ──▶ sending ──delivered──▶ over
 *                                                              ▲             ├──rejected──▶ dying ──letter written──▶ over
 *                                                              └──back-off───┘ retry
 */
export interface Shipment {
  readonly id: string;
  /** Order of sealing within the lane. */
  readonly number: number;
  /**
   * Place of its first line in the batch it was split off; 0 for a whole one. With the number it
   * names its manifest.
   */
  readonly from: number;
  readonly destination: DestinationState;
  readonly key: string;
  /**
   * Shipments of one order key are sent one after the other: the key, or the subject where each
   * line is a batch.
   */
  readonly orderKey: string;
  readonly lines: readonly Place[];
  readonly bytes: number;
  readonly reason: SealReason;
  readonly express: boolean;
  readonly openedAt: number;
  readonly sealedAt: number;
  /** Its batch in the batcher; undefined where each line is a batch. */
  readonly batch: Batch<Place> | undefined;
  /**
   * The dead letter it came from, when it is a replay: its lines are entries of the dead letters'
   * queue.
   */
  readonly letter: Letter | undefined;
  /** Attempts made. */
  attempts: number;
  /** Of these, attempts that count against the limit. */
  failures: number;
  /**
   * Writes that must be durable before it may be sent: its manifest, the death of the batch before
   * it.
   */
  writes: number;
  /** The next of its order key. */
  next: Shipment | undefined;
  state: 'waiting' | 'ready' | 'sending' | 'dying' | 'over';
  /** Not to be tried before this time; 0: at once. */
  notBefore: number;
  /** What the last attempt that failed was told. */
  lastAnswer: { readonly reason: string; readonly status: number | undefined } | undefined;
}

type Given = Omit<
  Shipment,
  'from' | 'attempts' | 'failures' | 'writes' | 'next' | 'state' | 'notBefore' | 'lastAnswer'
>;

/** A shipment that has not been tried yet, but for what is given. */
export function newShipment(
  given: Given & { readonly [K in 'from' | 'attempts' | 'failures']?: Shipment[K] | undefined },
): Shipment {
  // Field by field: there is one for every update that passes, and spreading costs several times as
  // much.
  return {
    id: given.id,
    number: given.number,
    from: given.from ?? 0,
    destination: given.destination,
    key: given.key,
    orderKey: given.orderKey,
    lines: given.lines,
    bytes: given.bytes,
    reason: given.reason,
    express: given.express,
    openedAt: given.openedAt,
    sealedAt: given.sealedAt,
    batch: given.batch,
    letter: given.letter,
    attempts: given.attempts ?? 0,
    failures: given.failures ?? 0,
    writes: 0,
    next: undefined,
    state: 'waiting',
    notBefore: 0,
    lastAnswer: undefined,
  };
}

/** The batch as senders see it, with the texts of its lines. */
export function outgoing(shipment: Shipment, lines: readonly OutgoingLine[]): OutgoingBatch {
  return {
    id: shipment.id,
    destination: shipment.destination.name,
    key: shipment.key,
    lines,
    bytes: shipment.bytes,
    reason: shipment.reason,
    openedAt: shipment.openedAt,
    sealedAt: shipment.sealedAt,
    attempt: shipment.attempts,
    failures: shipment.failures,
    replay: shipment.letter !== undefined,
  };
}
