import type { Arrival } from '@batchfeed/schemas';
import type { Trace } from './trace.ts';

interface Recording {
  readonly max: number;
  /** The oldest stands at `next` once the ring is full. */
  readonly ring: Arrival[];
  next: number;
}

/** Times, keys and sizes of the lines that plugins answer with, for feeds somebody wants to try another policy on. Off until asked for. */
export class Arrivals {
  readonly #recordings = new Map<string, Recording>();
  readonly #trace: Trace;
  readonly #now: () => number;

  constructor(trace: Trace, now: () => number) {
    this.#trace = trace;
    this.#now = now;
  }

  /** Begins anew, keeping the latest `max` arrivals; 0 ends it. */
  record(feedId: string, max: number): void {
    if (max === 0) this.#recordings.delete(feedId);
    else this.#recordings.set(feedId, { max, ring: [], next: 0 });
  }

  came(feedId: string, lines: readonly { key: string; content: string; subject?: string | undefined }[]): void {
    const recording = this.#recordings.get(feedId);
    if (recording === undefined) return;
    const ts = this.#now();
    for (const { key, content, subject } of lines) {
      const arrival: Arrival = {
        ts,
        key: this.#trace(feedId, key),
        bytes: Buffer.byteLength(content),
        ...(subject === undefined ? {} : { subject: this.#trace(feedId, subject) }),
      };
      if (recording.ring.length < recording.max) recording.ring.push(arrival);
      else {
        recording.ring[recording.next] = arrival;
        recording.next = (recording.next + 1) % recording.max;
      }
    }
  }

  /** What was recorded, oldest first. */
  of(feedId: string): Arrival[] {
    const recording = this.#recordings.get(feedId);
    if (recording === undefined) return [];
    return [...recording.ring.slice(recording.next), ...recording.ring.slice(0, recording.next)];
  }
}
