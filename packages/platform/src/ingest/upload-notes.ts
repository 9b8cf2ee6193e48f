import { createHash } from 'node:crypto';
import type { Notes } from '../flow/append-updates.ts';

/** `diff`: the lines are updates. `full`: they are everybody who is in the segment. */
export type UploadMode = 'diff' | 'full';

/**
 * How far an upload with an `Idempotency-Key` came: kept with its feed, in the very write that
 * takes a part of it.
 */
export interface UploadRecord {
  readonly mode: UploadMode;
  /**
   * Parts that are taken in, and not taken again. Of a whole segment none: what is the same there
   * changes nothing.
   */
  readonly parts: number;
  /** Parts that a repeat is compared with, and the SHA-256 of them, in base64. */
  readonly digestParts: number;
  readonly digest: string;
  /** JSON of its `IngestReport`, once it is complete. */
  readonly report: string | undefined;
  /** When it was last touched, in milliseconds since the epoch. */
  readonly touchedAt: number;
}

/** What an upload begins with. */
export const NOTHING_TAKEN = { parts: 0, digestParts: 0, digest: '', report: undefined } as const;

type Fields = [
  mode: UploadMode,
  parts: number,
  digestParts: number,
  digest: string,
  touchedAt: number,
  report?: string,
];

const PREFIX = 'upload/';
/**
 * Uploads are told apart by the first digit of their hash, so that a few at a time can be looked
 * through.
 */
export const UPLOAD_SLICES = 16;

/** The name of the note of an upload: keys may hold anything, and be long. */
export function uploadNoteName(key: string): string {
  return PREFIX + createHash('sha256').update(key).digest('hex');
}

/** What the names of a slice of all uploads begin with. */
export function uploadSlice(slice: number): string {
  return PREFIX + (slice % UPLOAD_SLICES).toString(UPLOAD_SLICES);
}

export function uploadNote(name: string, { mode, parts, digestParts, digest, touchedAt, report }: UploadRecord): Notes {
  const fields: Fields = [mode, parts, digestParts, digest, touchedAt];
  if (report !== undefined) fields.push(report);
  return new Map([[name, JSON.stringify(fields)]]);
}

export function readUploadNote(text: string): UploadRecord {
  const [mode, parts, digestParts, digest, touchedAt, report] = JSON.parse(text) as Fields;
  return { mode, parts, digestParts, digest, touchedAt, report };
}
