import { LINE_OVERHEAD_BYTES } from './budget.ts';
import type { HeldLine } from './line.ts';

/** Lines of one destination that stand together in an append. */
export interface Parcel {
  readonly destination: string;
  readonly lines: HeldLine[];
  /** Memory they take. */
  bytes: number;
  /** A line of another destination that goes in with them, in the same write. */
  mark?: { readonly destination: string; readonly line: HeldLine };
}

/** Has a line go in with the last parcel, or alone when there is none. */
export function addMark(parcels: Parcel[], destination: string, line: HeldLine): void {
  const last = parcels.at(-1);
  if (last === undefined) pack(parcels, destination, line);
  else last.mark = { destination, line };
}

/** Puts a line with those of its destination, when it follows one; nearly always there is one parcel. */
export function pack(parcels: Parcel[], destination: string, line: HeldLine): void {
  const bytes = line.bytes + LINE_OVERHEAD_BYTES;
  const last = parcels.at(-1);
  if (last?.destination === destination) {
    last.lines.push(line);
    last.bytes += bytes;
  } else parcels.push({ destination, lines: [line], bytes });
}
