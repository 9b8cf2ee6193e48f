/**
 * Reads what waits on disk into the window, destination by destination, each from its own queue.
 *
 * A destination that keeps up is never read: its lines are handed on as they are written. One that
 * is behind is read page by page, whenever it has room; destinations take turns.
 */
import { Fifo } from '../base/fifo.ts';
import { storeError } from '../delivery-error.ts';
import { decodeEntry, type Place, subjectHash } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';
import type { LaneState } from '../state/lane-state.ts';
import type { Entry } from '../store.ts';
import type { Admission, Arrival } from './admission.ts';

/**
 * Bytes of a page. A large one costs memory for each destination that is read, a small one a call
 * for few lines.
 */
const MOST_BYTES = 512 * 1024;
const LEAST_BYTES = 16 * 1024;
/** Pages under way at once, in a lane. */
const READS = 2;

export class Reader {
  readonly #lane: LaneState;
  readonly #admission: Admission;
  readonly #onDamage: (destination: DestinationState, error: Error) => void;
  readonly #wanted = new Fifo<DestinationState>();
  /** Destinations that are read, or have asked for their turn. */
  readonly #busy = new Set<DestinationState>();
  #reading = 0;
  #stopped = false;

  constructor(lane: LaneState, admission: Admission, onDamage: (destination: DestinationState, error: Error) => void) {
    this.#lane = lane;
    this.#admission = admission;
    this.#onDamage = onDamage;
  }

  /** Reads on for a destination when it is behind and has room. */
  want(destination: DestinationState): void {
    if (this.#stopped || !destination.isBehind || this.#busy.has(destination)) return;
    if (destination.damage !== undefined || destination.discarding || !destination.account.askRoom()) return;
    this.#busy.add(destination);
    this.#wanted.push(destination);
    this.#next();
  }

  /** Reads nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  #next(): void {
    while (this.#reading < READS && !this.#stopped) {
      const destination = this.#wanted.shift();
      if (destination === undefined) return;
      this.#reading += 1;
      void this.#read(destination);
    }
  }

  async #read(destination: DestinationState): Promise<void> {
    const from = destination.next;
    const bytes = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, destination.account.room));
    try {
      const entries = await this.#lane.writer.lane.read(destination.queue, from, bytes);
      // A destination that was discarded meanwhile has nothing that waits any more.
      if (!this.#stopped && destination.next === from && !destination.discarding) this.#take(destination, entries);
    } catch (error) {
      if (!this.#stopped) this.#onDamage(destination, storeError(error));
    }
    this.#busy.delete(destination);
    this.#reading -= 1;
    if (!this.#stopped) this.#lane.onReady(destination);
    this.#next();
  }

  /** Takes a page in as far as there is room. */
  #take(destination: DestinationState, entries: readonly Entry[]): void {
    const { account, positions } = destination;
    const arrivals: Arrival[] = [];
    let next = destination.next;
    let textBytes = 0;
    for (const entry of entries) {
      if (positions.has(entry.position)) {
        next = entry.position + 1;
        continue;
      }
      // Admitted all together below: what is in hand counts as if it were in already.
      if (arrivals.length > 0 && !account.hasRoomFor(arrivals.length, textBytes)) break;
      const arrival = arrivalOf(this.#lane, destination, entry);
      arrivals.push(arrival);
      textBytes += arrival.place.bytes;
      next = entry.position + 1;
    }
    // Entries that are over may be missing; at the end of the queue nothing else is left.
    destination.next = entries.length === 0 ? destination.end : next;
    this.#admission.admit(destination, arrivals);
  }
}

/**
 * A line out of its entry. @throws DeliveryError `STORE_CORRUPT`, naming lane, queue and position
 */
export function arrivalOf({ number }: LaneState, { queue }: DestinationState, entry: Entry): Arrival {
  const { position, text: entryText, token } = entry;
  const where = () => `position ${position} of queue ${queue} in lane ${number}`;
  const { key, text, offset, fault } = decodeEntry(entryText, where);
  return { place: placeOf(key, text, position, Buffer.byteLength(entryText)), text, offset, fault, token };
}

/** A place for a line, still without its text. */
export function placeOf(
  key: string,
  { bytes, subject }: { readonly bytes: number; readonly subject: string | undefined },
  position: number,
  entryBytes: number,
): Place {
  const hash = subject === undefined ? undefined : subjectHash(subject);
  return { key, bytes, subject: hash, position, entryBytes, text: undefined };
}
