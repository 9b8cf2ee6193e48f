import { isUtf8 } from 'node:buffer';
import type { UpdateLine } from '@batchfeed/schemas';
import { type Fault, updateFault } from './update-fault.ts';
import { userKey } from './user-key.ts';

export interface AcceptedUpdate {
  /** See `userKey`. */
  readonly user: string;
  /** The update's own text, completed by `ts` and `user_profiles` where it had none; an object. */
  readonly text: string;
}

export interface ReadUpdate extends AcceptedUpdate {
  /** What the text says. */
  readonly update: UpdateLine;
}

/** Reads one line of an upload. Its text is kept as it came, so that numbers and unknown fields reach the plugin untouched. A member of a whole segment needs no operation. */
export function readUpdate(bytes: Buffer, now: number, isMember = false): ReadUpdate | Fault {
  if (!isUtf8(bytes)) return { path: '', message: 'is not UTF-8' };
  const text = bytes.toString('utf8');
  let update: UpdateLine;
  try {
    update = JSON.parse(text) as UpdateLine;
  } catch {
    return { path: '', message: 'is not JSON' };
  }
  const missing = isMember && isObject(update) && update.operation === undefined ? ',"operation":"UPSERT"' : '';
  if (missing !== '') update.operation = 'UPSERT';
  const fault = updateFault(update) ?? (isMember && update.operation === 'DELETE' ? NOT_A_MEMBER : undefined);
  if (fault !== undefined) return fault;
  return { user: userKey(update.user_identifiers), text: completed(text.trim(), update, now, missing), update };
}

export function isFault(read: ReadUpdate | Fault): read is Fault {
  return 'message' in read;
}

const NOT_A_MEMBER: Fault = { path: 'operation', message: 'must not be DELETE among the members of a segment' };

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function completed(text: string, update: UpdateLine, now: number, operation: string): string {
  const missing =
    operation +
    (update.user_profiles === undefined ? ',"user_profiles":[]' : '') +
    (update.ts === undefined ? `,"ts":${now}` : '');
  return missing === '' ? text : `${text.slice(0, -1)}${missing}}`;
}
