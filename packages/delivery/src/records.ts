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
  /** Until when somebody is to be left alone. */
  gate: 'gate/',
  /** Durable counts of a destination; its name is JSON, since a store's text cannot hold a lone surrogate. */
  tally: 'tally/',
  /** Number of the next dead letter. */
  nextDead: 'next-dead',
} as const;

/** Keys sort as text; numbers that order must be of one length. */
export function numbered(prefix: string, number: number): string {
  return prefix + String(number).padStart(16, '0');
}

/** Key of a manifest: in key order the parts of a split batch stand where the batch stood. */
export function manifestKey({ number, from }: Pick<Shipment, 'number' | 'from'>): string {
  return `${numbered(PREFIX.batch, number)}.${String(from).padStart(7, '0')}`;
}

export interface Manifest {
  readonly id: string;
  readonly number: number;
  readonly from: number;
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
    shipment.id,
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

type ManifestFields = [
  id: string,
  destination: string,
  key: string,
  reason: SealReason,
  openedAt: number,
  sealedAt: number,
  bytes: number,
  after: number[],
  distances: number[],
];

export function decodeManifest(stateKey: string, value: string): Manifest {
  const [number, from] = stateKey.slice(PREFIX.batch.length).split('.').map(Number) as [number, number];
  const [id, destination, key, reason, openedAt, sealedAt, bytes, after, distances] = JSON.parse(
    value,
  ) as ManifestFields;
  let position = 0;
  const positions: number[] = [];
  for (const distance of distances) {
    position += distance;
    positions.push(position);
  }
  return { id, number, from, destination, key, reason, openedAt, sealedAt, bytes, after, positions };
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
