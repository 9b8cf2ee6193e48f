/** The lane state the engine keeps, as text. One place for every key and value. */
import type { SealReason } from '@batchfeed/batcher';
import type { DeadLetter } from './dead-letters.ts';
import { type HeldLine, heldLine } from './line.ts';
import type { Shipment } from './shipment.ts';

export const PREFIX = {
  /** Manifest of a sealed batch that is not over. */
  batch: 'batch/',
  /** Attempts made for a batch, once one failed. */
  tries: 'tries/',
  /** A dead letter, lines included. */
  dead: 'dead/',
  /** A dead letter on its way again, lines included. */
  replay: 'replay/',
  /** Until when a destination is to be left alone. */
  gate: 'gate/',
  /** Durable counts of a destination. */
  tally: 'tally/',
  /** Number of the next dead letter. */
  nextDead: 'next-dead',
} as const;

/** Keys sort as text; numbers that order must be of one length. */
export function numbered(prefix: string, number: number): string {
  return prefix + String(number).padStart(16, '0');
}

export interface Manifest {
  readonly number: number;
  readonly destination: string;
  readonly key: string;
  readonly reason: SealReason;
  readonly openedAt: number;
  readonly sealedAt: number;
  readonly bytes: number;
  /** Numbers of the batches it waits for. */
  readonly after: readonly number[];
  /** Positions of its lines; the first stands for itself, each later one as the distance from the one before. */
  readonly positions: readonly number[];
}

export function encodeManifest(shipment: Shipment, after: readonly number[]): string {
  let previous = 0;
  const distances = shipment.lines.map(({ position }) => {
    const distance = position - previous;
    previous = position;
    return distance;
  });
  return JSON.stringify([
    shipment.destination.name,
    shipment.key,
    shipment.reason,
    shipment.openedAt,
    shipment.sealedAt,
    shipment.bytes,
    after,
    distances,
  ]);
}

export function decodeManifest(key: string, value: string): Manifest {
  const [destination, group, reason, openedAt, sealedAt, bytes, after, distances] = JSON.parse(value) as [
    string,
    string,
    SealReason,
    number,
    number,
    number,
    number[],
    number[],
  ];
  let position = 0;
  const positions = distances.map((distance) => (position += distance));
  return {
    number: Number(key.slice(PREFIX.batch.length)),
    destination,
    key: group,
    reason,
    openedAt,
    sealedAt,
    bytes,
    after,
    positions,
  };
}

/** A dead letter or a replay of one, with its lines. */
export interface DeadRecord extends DeadLetter {
  /** Order of dying within the lane. */
  readonly number: number;
  readonly contents: readonly (readonly [content: string, subject: string | null, acceptedAt: number])[];
}

export function contentsOf(lines: readonly HeldLine[]): DeadRecord['contents'] {
  return lines.map((line) => [line.content, line.subject ?? null, line.acceptedAt]);
}

export function linesOf(record: DeadRecord): HeldLine[] {
  return record.contents.map(([content, subject, acceptedAt]) =>
    heldLine(record.key, subject ?? undefined, content, acceptedAt),
  );
}
