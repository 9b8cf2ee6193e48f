import type { BatchLine } from '@batchfeed/batcher';
import { DeliveryError } from './delivery-error.ts';
import type { OutgoingLine } from './outcome.ts';

/** Longest key, destination or subject, in UTF-8 bytes. */
export const MAX_NAME_BYTES = 1024;

/** What a caller hands to the engine. */
export interface Line {
  /** Where the line goes. Concurrency, gates, ledger and dead letters are kept by destination. */
  readonly destination: string;
  /** Opaque grouping key: lines of one destination and key form batches. Compared exactly. */
  readonly key: string;
  /**
   * The user or object the line is about; lines of one subject keep their order even across keys.
   * Default: none.
   */
  readonly subject?: string | undefined;
  /**
   * Neighbouring lines of one `append` with the same subject and the same cause come from one
   * update and have no order among themselves. Default: each line is a cause of its own.
   */
  readonly cause?: string | number | undefined;
  /** The line as it will stand in the body. The engine never looks into it. */
  readonly content: string;
}

/**
 * A line of the window: what is kept in memory of every line that is neither waiting nor over.
 * There may be millions, so it is small, and its text is there only while there is room.
 */
export interface Place extends BatchLine {
  readonly key: string;
  /** UTF-8 bytes of the content. */
  readonly bytes: number;
  /** Hash of the subject; a collision only makes a line wait for one more. */
  readonly subject: number | undefined;
  /** Place in its queue. */
  readonly position: number;
  /** UTF-8 bytes of the whole entry. */
  readonly entryBytes: number;
  text: OutgoingLine | undefined;
}

/** An entry of a queue, decoded. */
export interface DecodedEntry {
  readonly key: string;
  readonly text: OutgoingLine;
  /** How many lines of its cause stand before it. */
  readonly offset: number;
  /** Why it can be in no batch; undefined for nearly all. */
  readonly fault: string | undefined;
}

type Head = [key: string, acceptedAt: number, subject?: string | null, offset?: number, fault?: string];

/**
 * The head of a line's entry in its queue, up to its line feed: JSON, with the content as it came
 * behind it. It is put together by hand, since every line pays for it; `keyText` is the key as JSON.
 */
export function entryHead(keyText: string, { acceptedAt, subject }: OutgoingLine, offset = 0): string {
  const tail = offset === 0 ? '' : `,${offset}`;
  const about = subject === undefined ? (offset === 0 ? '' : ',null') : `,${JSON.stringify(subject)}`;
  return `[${keyText},${acceptedAt}${about}${tail}]\n`;
}

/**
 * The entry of a line that can be in no batch: it is kept with the reason, and becomes a dead
 * letter.
 */
export function unfitEntryHead(key: string, text: OutgoingLine, fault: string): string {
  const head: Head = [key.toWellFormed(), text.acceptedAt, text.subject?.toWellFormed() ?? null, 0, fault];
  return `${JSON.stringify(head)}\n`;
}

/** @throws DeliveryError `STORE_CORRUPT` when the text is not an entry; `where` names it. */
export function decodeEntry(entry: string, where: () => string): DecodedEntry {
  const end = entry.indexOf('\n');
  let head: Head;
  try {
    head = JSON.parse(entry.slice(0, end)) as Head;
  } catch (error) {
    throw new DeliveryError('STORE_CORRUPT', `The entry at ${where()} cannot be read.`, { cause: error });
  }
  const [key, acceptedAt, subject, offset = 0, fault] = head;
  const content = entry.slice(end + 1);
  const text = { content, subject: subject ?? undefined, acceptedAt, bytes: Buffer.byteLength(content) };
  return { key, text, offset, fault };
}

/** A 32-bit hash of a subject (FNV-1a), which fits a small integer of the JavaScript engine. */
export function subjectHash(subject: string): number {
  let hash = 2166136261;
  for (let index = 0; index < subject.length; index += 1) hash = Math.imul(hash ^ subject.charCodeAt(index), 16777619);
  return hash | 0;
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
