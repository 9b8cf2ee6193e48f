import type { EntryRange } from '../store.ts';

/** Positions in a chunk. */
export const CHUNK = 1024;

/** Begins the value of a run; no base64 text does. */
const RUN = '#';

interface Chunk {
  readonly bits: Uint8Array;
  count: number;
}

/**
 * Which entries of a queue are over, when they end out of order.
 *
 * Everything below `low` is over. Above it there is one bit an entry, in chunks that are stored one
 * by one. A chunk that is over as a whole joins its neighbours in a run, which takes as much memory
 * as one number, however long it is. So a line that stays behind costs one chunk and one run, not a
 * record for each line that passed it.
 */
export class SettledPositions {
  readonly #queue: string;
  #low: number;
  readonly #chunks = new Map<number, Chunk>();
  /**
   * Whole chunks above the low mark: first chunk of a run → chunks in it, and behind its last chunk
   * → first.
   */
  readonly #runs = new Map<number, number>();
  readonly #runEnds = new Map<number, number>();
  /** Chunks and runs to store or drop, by chunk. */
  readonly #dirty = new Set<number>();
  #over: EntryRange[] = [];
  #above = 0;

  /** `low`: everything below is over. */
  constructor(queue: string, low: number) {
    this.#queue = queue;
    this.#low = low;
  }

  /** Everything below is over. */
  get low(): number {
    return this.#low;
  }

  /** How many positions are over. */
  get count(): number {
    return this.#low + this.#above;
  }

  /** Whether something changed that is not stored. */
  get changed(): boolean {
    return this.#dirty.size > 0 || this.#over.length > 0;
  }

  has(position: number): boolean {
    if (position < this.#low) return true;
    if (this.#above === 0) return false;
    const number = Math.floor(position / CHUNK);
    const chunk = this.#chunks.get(number);
    if (chunk !== undefined) return isSet(chunk, position % CHUNK);
    for (const [first, length] of this.#runs) if (number >= first && number < first + length) return true;
    return false;
  }

  /** Marks an entry as over; marking twice is the same as once. */
  mark(position: number): void {
    if (position === this.#low && this.#above === 0) {
      this.#low += 1;
      this.#tell(position, position + 1);
      return;
    }
    if (position < this.#low || this.has(position)) return;
    const number = Math.floor(position / CHUNK);
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = { bits: new Uint8Array(CHUNK / 8), count: 0 };
      this.#chunks.set(number, chunk);
    }
    set(chunk, position % CHUNK);
    this.#above += 1;
    this.#dirty.add(number);
    if (position === this.#low) this.#advance();
    else if (chunk.count === CHUNK) this.#addRun(number, 1);
  }

  /** Marks neighbouring entries, a whole chunk at a time where none of it is over. */
  markRange(from: number, to: number): void {
    let position = from;
    if (position === this.#low && this.#above === 0) {
      this.#low = to;
      this.#tell(from, to);
      return;
    }
    while (position < to) {
      const end = Math.min(to, (Math.floor(position / CHUNK) + 1) * CHUNK);
      const isWhole = position % CHUNK === 0 && end - position === CHUNK && position > this.#low;
      if (isWhole && !this.#chunks.has(position / CHUNK) && !this.has(position)) {
        this.#above += CHUNK;
        this.#addRun(position / CHUNK, 1);
      } else for (let one = position; one < end; one += 1) this.mark(one);
      position = end;
    }
  }

  /**
   * What has changed since the last call: chunks and runs to store or drop, and the entries that
   * are over.
   */
  takeChanges(): {
    readonly put: readonly (readonly [suffix: string, value: string | null])[];
    readonly over: EntryRange[];
  } {
    const put: (readonly [string, string | null])[] = [];
    for (const number of this.#dirty) put.push([chunkSuffix(number), this.#stored(number)]);
    this.#dirty.clear();
    const over = this.#over;
    this.#over = [];
    return { put, over };
  }

  /** Takes a stored chunk or run back in. */
  restore(suffix: string, value: string): void {
    const number = Number(suffix);
    if (value.startsWith(RUN)) {
      const length = Number(value.slice(1));
      this.#runs.set(number, length);
      this.#runEnds.set(number + length, number);
      this.#above += length * CHUNK;
      return;
    }
    const bits = new Uint8Array(Buffer.from(value, 'base64'));
    const chunk: Chunk = { bits, count: 0 };
    const start = number * CHUNK;
    for (let offset = 0; offset < CHUNK; offset += 1) {
      if (!isSet(chunk, offset)) continue;
      chunk.count += 1;
      if (start + offset >= this.#low) this.#above += 1;
    }
    this.#chunks.set(number, chunk);
  }

  #stored(number: number): string | null {
    const run = this.#runs.get(number);
    if (run !== undefined) return RUN + run;
    const chunk = this.#chunks.get(number);
    return chunk === undefined ? null : Buffer.from(chunk.bits.buffer).toString('base64');
  }

  /**
   * The entry at the low mark is over: moves the mark behind everything that is over without a gap.
   */
  #advance(): void {
    for (;;) {
      const number = Math.floor(this.#low / CHUNK);
      const run = this.#runs.get(number);
      if (run !== undefined) {
        this.#runs.delete(number);
        this.#runEnds.delete(number + run);
        this.#dirty.add(number);
        this.#low += run * CHUNK;
        this.#above -= run * CHUNK;
        continue;
      }
      const chunk = this.#chunks.get(number);
      if (chunk === undefined) return;
      const from = this.#low;
      const end = (number + 1) * CHUNK;
      while (this.#low < end && isSet(chunk, this.#low % CHUNK)) this.#low += 1;
      this.#above -= this.#low - from;
      if (this.#low > from) this.#tell(from, this.#low);
      if (this.#low < end) {
        // What lies below the mark need not be stored; without anything above it neither need the
        // chunk.
        if (this.#above === 0) this.#drop(number);
        return;
      }
      this.#drop(number);
    }
  }

  #drop(number: number): void {
    this.#chunks.delete(number);
    this.#dirty.add(number);
  }

  #addRun(number: number, length: number): void {
    this.#drop(number);
    this.#tell(number * CHUNK, (number + length) * CHUNK);
    const before = this.#runEnds.get(number);
    const after = this.#runs.get(number + length);
    const first = before ?? number;
    const total = (before === undefined ? 0 : number - before) + length + (after ?? 0);
    if (before !== undefined) this.#runEnds.delete(number);
    if (after !== undefined) {
      this.#runs.delete(number + length);
      this.#dirty.add(number + length);
    }
    this.#runs.set(first, total);
    this.#runEnds.set(first + total, first);
    this.#dirty.add(first);
  }

  #tell(from: number, to: number): void {
    const last = this.#over.at(-1);
    if (last?.to === from) this.#over[this.#over.length - 1] = { queue: this.#queue, from: last.from, to };
    else this.#over.push({ queue: this.#queue, from, to });
  }
}

function isSet({ bits }: Chunk, offset: number): boolean {
  return ((bits[offset >> 3] ?? 0) & (1 << (offset & 7))) !== 0;
}

function set(chunk: Chunk, offset: number): void {
  chunk.bits[offset >> 3] = (chunk.bits[offset >> 3] ?? 0) | (1 << (offset & 7));
  chunk.count += 1;
}

/** Key of a chunk behind its prefix: in key order the chunks stand in theirs. */
function chunkSuffix(number: number): string {
  return String(number).padStart(13, '0');
}
