import { randomInt } from 'node:crypto';
import type { Arrival } from '@batchfeed/schemas';

/** Arrivals in a chunk. */
export const CHUNK = 256;
/** Numbers of 32 bits an arrival takes beside its time: two each for its key and its subject, and its size. */
const FIELDS = 5;
/** Other ones at every start, so that a hash means nothing elsewhere. */
const SEEDS = [randomInt(2 ** 32), randomInt(2 ** 32)] as const;

/** So many arrivals in two flat arrays. Hashes of 64 bits tell any number of keys apart that a feed can have. */
export class ArrivalChunk {
  readonly #times = new Float64Array(CHUNK);
  readonly #numbers = new Uint32Array(CHUNK * FIELDS);
  count = 0;

  /** Adds one behind the others; there must be room. */
  add(ts: number, key: string, bytes: number, subject: string | undefined): void {
    const place = this.count * FIELDS;
    this.#times[this.count] = ts;
    this.#hash(key, place);
    // A hash of nothing at all would be one of the seeds; zeros stand for no subject.
    if (subject === undefined) this.#numbers.fill(0, place + 2, place + 4);
    else this.#hash(subject, place + 2);
    this.#numbers[place + 4] = bytes;
    this.count += 1;
  }

  at(index: number): Arrival {
    const place = index * FIELDS;
    const subject = this.#text(place + 2);
    return {
      ts: this.#times[index] as number,
      key: this.#text(place),
      bytes: this.#numbers[place + 4] as number,
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

  #text(place: number): string {
    return `${(this.#numbers[place] as number).toString(36)}.${(this.#numbers[place + 1] as number).toString(36)}`;
  }
}

const NOBODY = '0.0';
