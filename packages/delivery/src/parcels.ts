import { LINE_OVERHEAD_BYTES } from './budget.ts';
import type { HeldLine } from './line.ts';

/** Lines of one destination that stand together in an append. */
export interface Parcel {
  readonly destination: string;
  readonly lines: HeldLine[];
  /** Memory they take. */
  bytes: number;
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
