import type { BatchLine } from '@batchfeed/batcher';
import { DeliveryError } from './delivery-error.ts';

/** Longest key, destination or subject, in UTF-8 bytes. */
export const MAX_NAME_BYTES = 1024;

/** What a caller hands to the engine. */
export interface Line {
  /** Where the line goes. Concurrency, gates, ledger and dead letters are kept by destination. */
  readonly destination: string;
  /** Opaque grouping key: lines of one destination and key form batches. Compared exactly. */
  readonly key: string;
  /** Whom the line is about; lines of one subject keep their order even across keys. Default: none. */
  readonly subject?: string | undefined;
  /** The line as it will stand in the body. The engine never looks into it. */
  readonly content: string;
}

/** A line inside the engine. */
export interface HeldLine extends BatchLine {
  readonly key: string;
  readonly bytes: number;
  readonly subject: string | undefined;
  readonly content: string;
  /** Milliseconds since the epoch; age counts from here, across restarts too. */
  acceptedAt: number;
  /** Place in its lane; -1 until it is durable, and for a line that a replay brought back. */
  position: number;
}

/**
 * A line's entry in the log: a JSON head, a line feed, the content as it came. The head is put together by hand, since every line pays for it;
 * `destinationText` is the destination as JSON.
 */
export function encodeEntry(destinationText: string, { key, acceptedAt, subject, content }: HeldLine): string {
  const tail = subject === undefined ? '' : `,${JSON.stringify(subject)}`;
  return `[${destinationText},${JSON.stringify(key)},${acceptedAt}${tail}]\n${content}`;
}

/** @throws DeliveryError `STORE_CORRUPT` when the text is not an entry. */
export function decodeEntry(text: string, position: number): { destination: string; line: HeldLine } {
  try {
    const end = text.indexOf('\n');
    const [destination, key, acceptedAt, subject] = JSON.parse(text.slice(0, end)) as [string, string, number, string?];
    return { destination, line: heldLine(key, subject, text.slice(end + 1), acceptedAt, position) };
  } catch (error) {
    throw new DeliveryError('STORE_CORRUPT', `The entry at position ${position} cannot be read.`, { cause: error });
  }
}

export function heldLine(
  key: string,
  subject: string | undefined,
  content: string,
  acceptedAt: number,
  position = -1,
): HeldLine {
  return { key, bytes: Buffer.byteLength(content), subject, content, acceptedAt, position };
}

/** What is wrong with a line, or undefined. */
export function lineFault(line: Line): DeliveryError | undefined {
  return (
    nameFault('destination', line.destination) ??
    nameFault('key', line.key) ??
    (line.subject === undefined ? undefined : nameFault('subject', line.subject)) ??
    contentFault(line.content)
  );
}

function nameFault(field: string, value: unknown): DeliveryError | undefined {
  if (typeof value !== 'string') return invalid(`A line's ${field} must be a string, not ${typeof value}.`);
  // A string has at most three bytes for each of its units, so short ones need no count.
  if (value.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(value) > MAX_NAME_BYTES) {
    return invalid(`A line's ${field} has ${Buffer.byteLength(value)} bytes; at most ${MAX_NAME_BYTES} are allowed.`);
  }
  return undefined;
}

function contentFault(content: unknown): DeliveryError | undefined {
  if (typeof content !== 'string')
    return invalid(`A line's content must be a string, not ${typeof content}. Serialise it first.`);
  if (!content.isWellFormed())
    return invalid("A line's content has a lone surrogate, which UTF-8 cannot carry. Escape it.");
  return undefined;
}

function invalid(message: string): DeliveryError {
  return new DeliveryError('INVALID', message);
}
