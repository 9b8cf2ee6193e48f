import { MAX_LINE_BYTES, type SplitLine } from './line-splitter.ts';
import { type AcceptedUpdate, isFault, type ReadUpdate, readUpdate } from './read-update.ts';
import type { Fault } from './update-fault.ts';

/** What some lines of an upload are, in their order. */
export interface ReadLines<Update extends AcceptedUpdate = AcceptedUpdate> {
  readonly updates: readonly Update[];
  readonly faults: readonly LineFault[];
}

export interface LineFault extends Fault {
  /** Number of the line in its upload. */
  readonly line: number;
}

export const TOO_LONG: Fault = { path: '', message: `is longer than ${MAX_LINE_BYTES} bytes` };

/** Reads lines at once. `now` is for updates without a `ts`; a member of a whole segment needs no operation. */
export function readLines(lines: readonly SplitLine[], now: number, isMember = false): ReadLines<ReadUpdate> {
  const updates: ReadUpdate[] = [];
  const faults: LineFault[] = [];
  for (const { number, bytes } of lines) {
    const read = bytes === undefined ? TOO_LONG : readUpdate(bytes, now, isMember);
    if (isFault(read)) faults.push({ line: number, ...read });
    else updates.push(read);
  }
  return { updates, faults };
}
