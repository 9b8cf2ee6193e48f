/**
 * Knows whether a later line of a subject of a dead letter was accepted: to replay the letter then
 * may undo what came after it, such as the DELETE behind an UPSERT. It notes each such subject in
 * the write that takes the later line, so the answer survives a crash.
 *
 * Subjects are known by their 32-bit hashes. A collision can only ask for a confirmation that was
 * not needed.
 */
import type { Place } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';
import type { LaneState } from '../state/lane-state.ts';
import { type Letter, PREFIX, splitDestination } from '../state/records.ts';
import type { Shipment } from '../state/shipment.ts';

/**
 * Subjects of dead letters that are followed, of one destination: some 60 MB. Letters beyond are
 * replayed after a confirmation only.
 */
const MOST_SUBJECTS = 1_000_000;

interface Followed {
  /** Letters with a line of the subject. */
  letters: number;
  /** Whether a later line was accepted. */
  later: boolean;
}

export class Overtaken {
  readonly #lane: LaneState;
  readonly #followed = new Map<DestinationState, Map<number, Followed>>();
  /** Lines below were accepted before a letter died, and may come into the window after it. */
  readonly #acceptedBelow = new Map<DestinationState, number>();

  constructor(lane: LaneState) {
    this.#lane = lane;
  }

  /**
   * Distinct subjects of a batch that is to die, as its letter keeps them; undefined when there are
   * too many to follow.
   */
  subjectsOf(destination: DestinationState, lines: readonly Place[]): string | undefined {
    const hashes = new Set<number>();
    for (const { subject } of lines) if (subject !== undefined) hashes.add(subject);
    const known = this.#followed.get(destination)?.size ?? 0;
    if (known + hashes.size > MOST_SUBJECTS) return undefined;
    return Buffer.from(Int32Array.from(hashes).buffer).toString('base64');
  }

  /** Follows the subjects of a letter. */
  follow(destination: DestinationState, subjects: string | undefined): void {
    this.#follow(destination, decode(subjects));
    this.#acceptedBelow.set(destination, destination.end);
  }

  /**
   * A batch died: its subjects are followed from now on. What was accepted behind it already counts
   * as later.
   */
  died(shipment: Shipment, subjects: string | undefined): void {
    const { destination, batch, next } = shipment;
    const hashes = decode(subjects);
    this.follow(destination, subjects);
    if (batch === undefined) {
      if (next !== undefined) for (const hash of hashes) this.#later(destination, hash);
      return;
    }
    const { batcher } = destination;
    for (const follower of batcher?.followers(batch) ?? []) {
      for (const { subject } of follower.lines) if (subject !== undefined) this.accepted(destination, subject);
    }
    for (const hash of hashes) if ((batcher?.heldOf(hash).length ?? 0) > 0) this.#later(destination, hash);
  }

  /** A line is accepted: notes it when its subject is followed. */
  accepted(destination: DestinationState, subject: number): void {
    const followed = this.#followed.get(destination)?.get(subject);
    if (followed !== undefined && !followed.later) this.#later(destination, subject);
  }

  /**
   * The same for a line that comes into the window: it counts when it was accepted before a letter
   * died that it had not been compared with.
   */
  admitted(destination: DestinationState, { subject, position }: Place): void {
    if (subject === undefined || this.#followed.size === 0) return;
    if (position < (this.#acceptedBelow.get(destination) ?? 0)) this.accepted(destination, subject);
  }

  /** Whether anything is followed of a destination. */
  follows(destination: DestinationState): boolean {
    return this.#followed.has(destination);
  }

  /** How many subjects of a letter had a later line; undefined when that is not known. */
  laterOf(destination: DestinationState, { subjects }: Letter): number | undefined {
    if (subjects === undefined) return undefined;
    const followed = this.#followed.get(destination);
    return decode(subjects).filter((hash) => followed?.get(hash)?.later === true).length;
  }

  /** A letter is no more. */
  gone(destination: DestinationState, subjects: string | undefined): void {
    const followed = this.#followed.get(destination);
    for (const hash of decode(subjects)) {
      const one = followed?.get(hash);
      if (one === undefined) continue;
      one.letters -= 1;
      if (one.letters > 0) continue;
      followed?.delete(hash);
      if (one.later) this.#lane.put(laterKey(destination, hash), null);
    }
    if (followed?.size === 0) this.#followed.delete(destination);
  }

  /** Takes a note back in, once all letters are. */
  restoreLater(keyBehindPrefix: string): void {
    const { name, rest } = splitDestination(keyBehindPrefix);
    const followed = this.#followed.get(this.#lane.destination(name))?.get(Number(rest));
    if (followed !== undefined) followed.later = true;
    else this.#lane.put(PREFIX.later + keyBehindPrefix, null);
  }

  #follow(destination: DestinationState, hashes: readonly number[]): void {
    let followed = this.#followed.get(destination);
    for (const hash of hashes) {
      if (followed === undefined) {
        followed = new Map();
        this.#followed.set(destination, followed);
      }
      const one = followed.get(hash);
      if (one === undefined) followed.set(hash, { letters: 1, later: false });
      else one.letters += 1;
    }
  }

  #later(destination: DestinationState, hash: number): void {
    const followed = this.#followed.get(destination)?.get(hash);
    if (followed === undefined || followed.later) return;
    followed.later = true;
    this.#lane.put(laterKey(destination, hash), '1');
  }
}

function laterKey({ nameText }: DestinationState, hash: number): string {
  return `${PREFIX.later}${nameText}/${hash}`;
}

function decode(subjects: string | undefined): readonly number[] {
  if (subjects === undefined || subjects === '') return [];
  const bytes = Uint8Array.from(Buffer.from(subjects, 'base64'));
  return [...new Int32Array(bytes.buffer)];
}
