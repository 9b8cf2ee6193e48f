import type { PulseEvent } from '@batchfeed/schemas';

/** A moment of a feed. Without a pulse it is the beginning of a time of which nothing is known. */
export interface PulsePoint {
  /** The platform's clock, milliseconds since the epoch. */
  readonly ts: number;
  readonly pulse: PulseEvent | null;
}

/** How far back the charts go, in milliseconds. */
export const WINDOW_MS = 300_000;
/** What is shown at least, although nothing of it is known yet. */
const SHORTEST_MS = 60_000;
/** Pulses come once a second, while anything changes. */
const PERIOD_MS = 1_000;
const LATE_MS = 1.5 * PERIOD_MS;

/** With the next pulse; what left the window is gone. While no pulse came, nothing changed: the last one held. */
export function withPulse(points: readonly PulsePoint[], pulse: PulseEvent): readonly PulsePoint[] {
  const held = upTo(points, pulse.ts - PERIOD_MS);
  // The one before the window stays, for the line to come from.
  const first = Math.max(0, held.findIndex(({ ts }) => ts >= pulse.ts - WINDOW_MS) - 1);
  return [...held.slice(first).filter(({ ts }) => ts < pulse.ts), { ts: pulse.ts, pulse }];
}

/** From now on nothing is known, until the next pulse. */
export function withGap(points: readonly PulsePoint[]): readonly PulsePoint[] {
  const last = points.at(-1);
  return last === undefined || last.pulse === null ? points : [...points, { ts: last.ts + 1, pulse: null }];
}

/** The points with one for a present in which the last pulse still holds. */
export function upTo(points: readonly PulsePoint[], now: number): readonly PulsePoint[] {
  const last = points.at(-1);
  if (last === undefined || last.pulse === null || now - last.ts < LATE_MS - PERIOD_MS) return points;
  return [...points, { ts: now, pulse: last.pulse }];
}

/** Where the charts begin: they grow with what is known, up to the whole window. */
export function windowFrom(points: readonly PulsePoint[], to: number): number {
  const first = points[0]?.ts ?? to;
  return Math.max(to - WINDOW_MS, Math.min(first, to - SHORTEST_MS));
}
