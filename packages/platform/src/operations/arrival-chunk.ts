import { randomInt } from 'node:crypto';
import type { Arrival } from '@batchfeed/schemas';

/** Arrivals in a chunk. */
export const CHUNK = 256;
/** Numbers of 32 bits an arrival takes beside its time: two each for its key and its subject, and its size with `FOLLOWS`. */
const FIELDS = 5;
/** Added to the size of a line that the same update made as the one before it. No line is that long. */
const FOLLOWS = 2 ** 31;
/** Other ones at every start, so that a hash means nothing elsewhere. */
const SEEDS = [randomInt(2 ** 32), randomInt(2 ** 32)] as const;

/** So many arrivals in two flat arrays. Hashes of 64 bits tell any number of keys apart that a feed can have. */
export class ArrivalChunk {
  readonly #times = new Float64Array(CHUNK);
  readonly #numbers = new Uint32Array(CHUNK * FIELDS);
  count = 0;

  /** Adds one behind the others; there must be room. `follows`: the update of the one before it made it, too. */
  add(ts: number, key: string, bytes: number, subject: string | undefined, follows: boolean): void {
    const place = this.count * FIELDS;
    this.#times[this.count] = ts;
    this.#hash(key, place);
    // A hash of nothing at all would be one of the seeds; zeros stand for no subject.
    if (subject === undefined) this.#numbers.fill(0, place + 2, place + 4);
    else this.#hash(subject, place + 2);
    this.#numbers[place + 4] = follows ? bytes + FOLLOWS : bytes;
    this.count += 1;
  }

  /** Whether the arrival has the cause of the one before it. */
  follows(index: number): boolean {
    return this.#size(index) >= FOLLOWS;
  }

  /** The arrival without its cause. */
  at(index: number): Arrival {
    const place = index * FIELDS;
    const subject = this.#text(place + 2);
    return {
      ts: this.#times[index] as number,
      key: this.#text(place),
      bytes: this.#size(index) % FOLLOWS,
      ...(subject === NOBODY ? {} : { subject }),
    };
  }

  clear(): this {
    this.count = 0;
    return this;
  }

  /** FNV-1a twice, with two seeds and two primes, in one pass. */
  #hash(text: string, place: number): void {
    let [one, other] = SEEDS as readonly [number, number];
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      one = Math.imul(one ^ code, 16_777_619);
      other = Math.imul(other ^ code, 2_654_435_761);
    }
    this.#numbers[place] = one;
    this.#numbers[place + 1] = other;
  }

  #size(index: number): number {
    return this.#numbers[index * FIELDS + 4] as number;
  }

  #text(place: number): string {
    return `${(this.#numbers[place] as number).toString(36)}.${(this.#numbers[place + 1] as number).toString(36)}`;
  }
}

const NOBODY = '0.0';
