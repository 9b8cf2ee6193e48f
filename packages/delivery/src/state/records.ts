/** The lane state the engine keeps, as text. One place for every key and value. */
import type { SealReason } from '@batchfeed/batcher';
import type { DeadLetter } from '../dead-letters.ts';
import { newTally, type Tally } from '../ledger.ts';
import type { Place } from '../line.ts';
import type { DestinationState } from './destination.ts';
import type { Shipment } from './shipment.ts';

/**
 * Prefixes of state keys; before each stands the name of the engine's log. A destination stands in
 * a key as JSON.
 */
export const PREFIX = {
  /** Manifest of a sealed batch that is not over, by order of sealing. */
  batch: 'batch/',
  /** Attempts made for a batch, once one failed, by its id. */
  tries: 'tries/',
  /** A dead letter, by destination and the position of its first line among the dead. */
  dead: 'dead/',
  /** Until when a destination, an endpoint or a key is to be left alone. */
  gate: 'gate/',
  /** Counts of a destination. */
  tally: 'tally/',
  /** Counts of destinations that were forgotten. */
  gone: 'gone',
  /** Entries that are over above the low mark, by destination and chunk. */
  settled: 'settled/',
  /** Notes a caller keeps with a destination. */
  note: 'note/',
  /** Subjects of dead letters that had a later line, by destination and hash: its position. */
  later: 'later/',
} as const;

/** Names of a destination's queues. */
export function queueName(log: string, nameText: string): string {
  return `${log}/lines/${nameText}`;
}

export function deadQueueName(log: string, nameText: string): string {
  return `${log}/dead/${nameText}`;
}

/** The destination of a queue of lines; undefined for a queue of another kind or log. */
export function destinationOfQueue(log: string, queue: string): string | undefined {
  const prefix = `${log}/lines/`;
  return queue.startsWith(prefix) ? (JSON.parse(queue.slice(prefix.length)) as string) : undefined;
}

/** Keys sort as text; numbers that order must be of one length. */
export function numbered(prefix: string, number: number): string {
  return prefix + String(number).padStart(16, '0');
}

/**
 * Key of a manifest behind its prefix: in key order the parts of a split batch stand where the
 * batch stood.
 */
export function manifestKey({ number, from }: Pick<Shipment, 'number' | 'from'>): string {
  return `${numbered(PREFIX.batch, number)}.${String(from).padStart(7, '0')}`;
}

/** Splits a key `"name"/rest` behind its prefix. */
export function splitDestination(text: string): { readonly name: string; readonly rest: string } {
  const slash = text.lastIndexOf('/');
  return { name: JSON.parse(text.slice(0, slash)) as string, rest: text.slice(slash + 1) };
}

export interface Manifest {
  readonly id: string;
  readonly number: number;
  readonly from: number;
  readonly destination: string;
  readonly key: string;
  readonly reason: SealReason;
  readonly express: boolean;
  readonly openedAt: number;
  readonly sealedAt: number;
  readonly bytes: number;
  /** Positions of its lines, ascending. Of a replay: places among the dead. */
  readonly positions: readonly number[];
  /** The letter a replay came from. */
  readonly letter: Letter | undefined;
}

type ManifestFields = [
  id: string,
  destination: string,
  key: string,
  reason: SealReason,
  express: 0 | 1,
  openedAt: number,
  sealedAt: number,
  bytes: number,
  distances: number[],
  letter?: Letter,
];

export function encodeManifest(shipment: Shipment): string {
  let previous = 0;
  const distances = shipment.lines.map(({ position }) => {
    const distance = position - previous;
    previous = position;
    return distance;
  });
  const { id, destination, key, reason, express, openedAt, sealedAt, bytes, letter } = shipment;
  const fields: ManifestFields = [
    id,
    destination.name,
    key,
    reason,
    express ? 1 : 0,
    openedAt,
    sealedAt,
    bytes,
    distances,
  ];
  if (letter !== undefined) fields.push(letter);
  return JSON.stringify(fields);
}

export function decodeManifest(keyBehindPrefix: string, value: string): Manifest {
  const [number = 0, from = 0] = keyBehindPrefix.split('.').map(Number);
  const [id, destination, key, reason, express, openedAt, sealedAt, bytes, distances, letter] = JSON.parse(
    value,
  ) as ManifestFields;
  let position = 0;
  const positions: number[] = [];
  for (const distance of distances) {
    position += distance;
    positions.push(position);
  }
  const rest = { reason, express: express === 1, openedAt, sealedAt, bytes, positions, letter };
  return { id, number, from, destination, key, ...rest };
}

/**
 * A dead letter as it is stored. Its lines are entries of the queue of the dead, one behind the
 * other.
 */
export interface Letter extends Omit<DeadLetter, 'later'> {
  /** Position of its first line among the dead; orders letters by their dying. */
  readonly first: number;
  /** UTF-8 bytes of its entries. */
  readonly entryBytes: number;
  /** Hashes of the subjects of its lines, in base64; undefined when they are not followed. */
  readonly subjects: string | undefined;
}

/** A destination's counts in the store, with what else changes in the same writes. */
interface StoredTally extends Omit<Tally, 'accepted'> {
  /** Low mark of the queue: everything below is over. */
  readonly low: number;
  /** UTF-8 bytes of all entries that are over. */
  readonly overBytes: number;
}

export function encodeTally({ tally, positions, overBytes }: DestinationState): string {
  // The store knows how many entries there are: what is accepted need not be written with every
  // line.
  const { accepted: _, ...counts } = tally;
  return JSON.stringify({ ...counts, low: positions.low, overBytes } satisfies StoredTally);
}

export function decodeTally(text: string): { tally: Tally; low: number; overBytes: number } {
  const { low, overBytes, ...counts } = JSON.parse(text) as StoredTally;
  return { tally: { ...newTally(), ...counts }, low, overBytes };
}

/** UTF-8 bytes of the entries of some lines. */
export function entryBytesOf(lines: readonly Place[]): number {
  let bytes = 0;
  for (const line of lines) bytes += line.entryBytes;
  return bytes;
}
