import { DeliveryError } from './delivery-error.ts';
import type { LaneEngine } from './lane-engine.ts';
import { subjectHash } from './line.ts';
import type { DestinationState } from './state/destination.ts';

/** A destination where it lives. */
export interface DestinationPlace {
  readonly lane: LaneEngine;
  readonly state: DestinationState;
}

/**
 * The lanes that one engine owns, by number. A destination lives in one lane: the hash of its name
 * says which.
 */
export class Lanes {
  readonly #count: number;
  readonly #owned = new Map<number, LaneEngine>();

  /** `count`: lanes of the store. */
  constructor(count: number) {
    this.#count = count;
  }

  /** Lanes that are owned, in order of their numbers. */
  get all(): readonly LaneEngine[] {
    return [...this.#owned.values()].sort((one, other) => one.state.number - other.state.number);
  }

  get isEmpty(): boolean {
    return this.#owned.size === 0;
  }

  get(number: number): LaneEngine | undefined {
    return this.#owned.get(number);
  }

  add(lane: LaneEngine): void {
    this.#owned.set(lane.state.number, lane);
  }

  remove(number: number): void {
    this.#owned.delete(number);
  }

  /** The lane that a destination lives in, whether it is owned or not. */
  numberOf(destination: string): number {
    return this.#count === 1 ? 0 : (subjectHash(destination) >>> 0) % this.#count;
  }

  /** The lane of a destination. @throws DeliveryError `NOT_OWNER` */
  of(destination: string): LaneEngine {
    const number = this.numberOf(destination);
    const lane = this.#owned.get(number);
    if (lane !== undefined) return lane;
    throw new DeliveryError(
      'NOT_OWNER',
      `Lane ${number} is not owned here, so nothing can be done for its destinations. Ask its owner, or again when it is owned here.`,
    );
  }

  /** A destination, made when it is met first. @throws DeliveryError `NOT_OWNER` */
  destination(name: string): DestinationPlace {
    const lane = this.of(name);
    return { lane, state: lane.state.destination(name) };
  }

  /** A destination that is known, or all of them; without those that are being forgotten. */
  places(name?: string): DestinationPlace[] {
    if (name !== undefined) {
      const lane = this.#owned.get(this.numberOf(name));
      const state = lane?.state.destinations.get(name);
      return lane === undefined || state === undefined || state.forgetting !== undefined ? [] : [{ lane, state }];
    }
    return this.all.flatMap((lane) =>
      [...lane.state.destinations.values()]
        .filter(({ forgetting }) => forgetting === undefined)
        .map((state) => ({ lane, state })),
    );
  }

  /** The destination whose ids have a tag. */
  byTag(tag: string): DestinationPlace | undefined {
    for (const lane of this.#owned.values()) {
      const state = lane.state.byTag(tag);
      if (state !== undefined) return { lane, state };
    }
    return undefined;
  }

  /** Resolves when every change so far is durable, in all lanes. */
  async written(): Promise<void> {
    await Promise.all([...this.#owned.values()].map((lane) => lane.state.writer.written()));
  }
}
