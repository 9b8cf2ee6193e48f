/** Takes durable lines into the window and into their groups, in the order of their positions. */
import { type Batch, BatcherError } from '@batchfeed/batcher';
import type { Place } from '../line.ts';
import type { OutgoingLine } from '../outcome.ts';
import type { DestinationState } from '../state/destination.ts';
import type { LaneState } from '../state/lane-state.ts';
import type { DeadLetterBox } from './dead-letter-box.ts';
import type { Overtaken } from './overtaken.ts';
import type { Sealing } from './sealing.ts';

/** A line that comes into the window. */
export interface Arrival {
  readonly place: Place;
  readonly text: OutgoingLine;
  /** How many lines of its cause stand before it. */
  readonly offset: number;
  /** Why it can be in no batch; undefined for nearly all. */
  readonly fault: string | undefined;
  /** The batch token under which it was appended. */
  readonly token: string;
}

/** The batch that the line at a position was sealed in before a restart. */
type SealedBefore = (position: number) => Batch<Place> | undefined;

export class Admission {
  readonly #lane: LaneState;
  readonly #sealing: Sealing;
  readonly #deadLetters: DeadLetterBox;
  readonly #overtaken: Overtaken;

  constructor(lane: LaneState, sealing: Sealing, deadLetters: DeadLetterBox, overtaken: Overtaken) {
    this.#lane = lane;
    this.#sealing = sealing;
    this.#deadLetters = deadLetters;
    this.#overtaken = overtaken;
  }

  /**
   * Takes lines in, which follow one another in their queue. After a restart some of them were sealed
   * before. `isWhole`: no line of the last cause comes later.
   */
  admit(
    destination: DestinationState,
    arrivals: readonly Arrival[],
    sealedBefore?: SealedBefore,
    isWhole = false,
  ): void {
    for (const { place, text } of arrivals) {
      if (destination.account.hasTextRoom(place.bytes)) place.text = text;
      destination.admitted(place);
      this.#overtaken.admitted(destination, place);
    }
    if (destination.batcher === undefined) this.#admitUnits(destination, arrivals);
    else this.#admitCauses(destination, arrivals, sealedBefore, isWhole);
    this.#lane.onReady(destination);
  }

  #admitUnits(destination: DestinationState, arrivals: readonly Arrival[]): void {
    for (const { place, text, token, fault } of arrivals) {
      const orderKey = text.subject ?? place.key;
      if (fault === undefined) this.#sealing.sealUnit(destination, place, orderKey, text.acceptedAt, token);
      else this.#deadLetters.buryLine(destination, place, text, fault);
    }
  }

  #admitCauses(
    destination: DestinationState,
    arrivals: readonly Arrival[],
    sealedBefore: SealedBefore | undefined,
    isWhole: boolean,
  ): void {
    const now = this.#lane.context.settings.clock.now();
    for (let from = 0; from < arrivals.length; ) {
      const to = endOfCause(arrivals, from);
      // A wall clock set back since must not make a line younger than new ones.
      const at = Math.min(now, arrivals[from]?.text.acceptedAt ?? now);
      const isAlone = to === from + 1 && sealedBefore === undefined && (isWhole || to < arrivals.length);
      if (!isAlone || !this.#admitAlone(destination, arrivals[from], at)) {
        this.#admitCause(destination, arrivals.slice(from, to), at, sealedBefore);
      }
      from = to;
    }
    this.#noteLast(destination, arrivals.at(-1));
  }

  /** The short way for a line that is a cause of its own; false when it is none, or fits no batch. */
  #admitAlone(destination: DestinationState, arrival: Arrival | undefined, at: number): boolean {
    const { batcher } = destination;
    if (batcher === undefined || arrival === undefined || arrival.offset > 0 || arrival.fault !== undefined)
      return false;
    try {
      const sealed = batcher.add(arrival.place, at);
      if (sealed.length > 0) this.#sealing.seal(destination, sealed);
      return true;
    } catch (error) {
      if (!(error instanceof BatcherError)) throw error;
      return false;
    }
  }

  #admitCause(
    destination: DestinationState,
    arrivals: readonly Arrival[],
    at: number,
    sealedBefore?: SealedBefore,
  ): void {
    if (arrivals.some(({ fault }) => fault !== undefined)) {
      this.#admitFit(destination, arrivals, at, sealedBefore);
      return;
    }
    try {
      this.#group(destination, arrivals, at, sealedBefore);
    } catch (error) {
      if (!(error instanceof BatcherError)) throw error;
      this.#admitFit(destination, arrivals, at, sealedBefore);
    }
  }

  /**
   * Some line can be in no batch, as its policy narrowed since it was accepted: it becomes a dead
   * letter, the others go on.
   */
  #admitFit(
    destination: DestinationState,
    arrivals: readonly Arrival[],
    at: number,
    sealedBefore?: SealedBefore,
  ): void {
    const fit = arrivals.filter(({ place, text, fault }) => {
      if (sealedBefore?.(place.position) !== undefined) return true;
      const reason = fault ?? destination.batcher?.fault(place)?.message;
      if (reason !== undefined) this.#deadLetters.buryLine(destination, place, text, reason);
      return reason === undefined;
    });
    if (fit.length > 0) this.#group(destination, fit, at, sealedBefore);
  }

  /**
   * Puts the lines of one cause into their groups. @throws BatcherError when one of them is unfit;
   * then none is in.
   */
  #group(destination: DestinationState, arrivals: readonly Arrival[], at: number, sealedBefore?: SealedBefore): void {
    const { batcher } = destination;
    const [first] = arrivals;
    if (batcher === undefined || first === undefined) return;
    const places = arrivals.map(({ place }) => place);
    const cause = causeOf(first);
    const sealed =
      sealedBefore === undefined
        ? batcher.addCause(places, at, cause)
        : batcher.restoreCause(
            places,
            places.map(({ position }) => sealedBefore(position)),
            at,
            cause,
          );
    this.#sealing.seal(destination, sealed);
  }

  /** Remembers until when the last line may wait, and how many lines its batches have. */
  #noteLast(destination: DestinationState, last: Arrival | undefined): void {
    if (last === undefined) return;
    const { maxAgeMs, maxLines } = this.#lane.context.settings.policyOf(destination.name, last.place.key);
    destination.account.needs(maxLines);
    destination.lastDueAt = last.text.acceptedAt + maxAgeMs;
  }
}

/** Position of the first line of a line's cause. */
function causeOf({ place, offset }: Arrival): number {
  return place.position - offset;
}

/** Where the lines of the cause that begins at an index end. */
function endOfCause(arrivals: readonly Arrival[], from: number): number {
  const first = arrivals[from];
  let to = from + 1;
  for (; to < arrivals.length; to += 1) {
    const next = arrivals[to];
    if (next === undefined || first === undefined) break;
    // Lines that are over are not here: the next one may be of another cause, whatever its offset.
    if (next.offset !== first.offset + (to - from) || causeOf(next) !== causeOf(first)) break;
    if (next.place.subject !== first.place.subject) break;
  }
  return to;
}
