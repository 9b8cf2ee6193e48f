import type { Batch, SealReason } from '@batchfeed/batcher';
import type { DestinationState } from './destination.ts';
import type { HeldLine } from './line.ts';
import type { OutgoingBatch } from './outcome.ts';

/**
 * A sealed batch on its way through the engine.
 *
 * States: waiting ──all waits over, first of its key──▶ ready ──▶ sending ──delivered or rejected──▶ over
 *                                                      ▲             │
 *                                                      └──back-off───┘ retry
 */
export interface Shipment {
  readonly id: string;
  /** Order of sealing within the lane. */
  readonly number: number;
  /** Place of its first line in the batch it was split off; 0 for a whole one. With the number it names its manifest. */
  readonly from: number;
  readonly destination: DestinationState;
  readonly key: string;
  readonly lines: readonly HeldLine[];
  readonly bytes: number;
  readonly reason: SealReason;
  readonly openedAt: number;
  readonly sealedAt: number;
  /** Its batch in the batcher; a replayed dead letter has none. */
  readonly batch: Batch<HeldLine> | undefined;
  /** Where its lines are stored: entries of the log with a manifest, entries alone, or a record of its own. */
  readonly stored: StoredAs;
  /** How often it came back from the dead letters. */
  readonly replays: number;
  /** Attempts made. */
  attempts: number;
  /** Of these, attempts that count against the limit. */
  failures: number;
  /** Things to wait for: its manifest becoming durable, and older batches of its subjects. */
  waits: number;
  /** Newer batches that wait for this one. */
  readonly blocks: Shipment[];
  /** The next of its key. */
  next: Shipment | undefined;
  state: 'waiting' | 'ready' | 'sending' | 'over';
  /** Not to be tried before this time; 0: at once. */
  notBefore: number;
  /** What the last attempt that failed was told. */
  lastAnswer: { readonly reason: string; readonly status: number | undefined } | undefined;
}

export type StoredAs = 'manifest' | 'entries' | 'record';

type Given = Pick<
  Shipment,
  'id' | 'number' | 'destination' | 'key' | 'lines' | 'bytes' | 'reason' | 'openedAt' | 'sealedAt' | 'batch' | 'stored'
>;

/** A shipment that has not been tried yet, but for what is given. */
export function newShipment(
  given: Given & { readonly [K in 'from' | 'replays' | 'attempts' | 'failures']?: Shipment[K] | undefined },
): Shipment {
  // Field by field: there is one for every update that passes, and spreading costs several times as much.
  return {
    id: given.id,
    number: given.number,
    from: given.from ?? 0,
    destination: given.destination,
    key: given.key,
    lines: given.lines,
    bytes: given.bytes,
    reason: given.reason,
    openedAt: given.openedAt,
    sealedAt: given.sealedAt,
    batch: given.batch,
    stored: given.stored,
    replays: given.replays ?? 0,
    attempts: given.attempts ?? 0,
    failures: given.failures ?? 0,
    waits: 0,
    blocks: [],
    next: undefined,
    state: 'waiting',
    notBefore: 0,
    lastAnswer: undefined,
  };
}

/** The batch as senders see it. */
export function outgoing(shipment: Shipment): OutgoingBatch {
  return {
    id: shipment.id,
    destination: shipment.destination.name,
    key: shipment.key,
    lines: shipment.lines,
    bytes: shipment.bytes,
    reason: shipment.reason,
    openedAt: shipment.openedAt,
    sealedAt: shipment.sealedAt,
    attempt: shipment.attempts,
    failures: shipment.failures,
    replay: shipment.replays > 0,
  };
}
