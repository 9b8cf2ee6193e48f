/**
 * Which entries of a lane are over, when they end out of order.
 *
 * Everything below `lowWater` is over. Above it one bit an entry, in chunks that are stored one by one, so that settling
 * a thousand neighbours rewrites a chunk once and a slow line high above the mark costs a bit, not a record.
 */
export const CHUNK = 4096;

interface Chunk {
  readonly bits: Uint8Array;
  count: number;
}

export class SettledPositions {
  #lowWater: number;
  readonly #chunks = new Map<number, Chunk>();
  readonly #dirty = new Set<number>();
  #moved = false;

  constructor(lowWater: number) {
    this.#lowWater = lowWater;
  }

  get lowWater(): number {
    return this.#lowWater;
  }

  has(position: number): boolean {
    if (position < this.#lowWater) return true;
    const chunk = this.#chunks.get(Math.floor(position / CHUNK));
    const offset = position % CHUNK;
    return chunk !== undefined && ((chunk.bits[offset >> 3] as number) & (1 << (offset & 7))) !== 0;
  }

  /** Marks an entry as over; marking twice is the same as once. */
  mark(position: number): void {
    if (position < this.#lowWater) return;
    const number = Math.floor(position / CHUNK);
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = { bits: new Uint8Array(CHUNK / 8), count: 0 };
      this.#chunks.set(number, chunk);
    }
    const offset = position % CHUNK;
    const bit = 1 << (offset & 7);
    if (((chunk.bits[offset >> 3] as number) & bit) !== 0) return;
    chunk.bits[offset >> 3] = (chunk.bits[offset >> 3] as number) | bit;
    chunk.count += 1;
    this.#dirty.add(number);
    if (position === this.#lowWater) this.#advance();
  }

  /** What has changed since the last call: chunks to store or drop, and the new mark if it moved. */
  takeChanges(): { put: Map<string, string | null>; lowWater: number | undefined } {
    const put = new Map<string, string | null>();
    for (const number of this.#dirty) {
      const chunk = this.#chunks.get(number);
      put.set(chunkKey(number), chunk === undefined ? null : Buffer.from(chunk.bits.buffer).toString('base64'));
    }
    this.#dirty.clear();
    const lowWater = this.#moved ? this.#lowWater : undefined;
    this.#moved = false;
    return { put, lowWater };
  }

  /** Takes a stored chunk back in. */
  restore(key: string, value: string): void {
    const number = Number(key.slice(CHUNK_PREFIX.length));
    const bits = new Uint8Array(Buffer.from(value, 'base64'));
    let count = 0;
    for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
    this.#chunks.set(number, { bits, count });
    if (Math.floor(this.#lowWater / CHUNK) === number) this.#advance();
  }

  #advance(): void {
    const from = this.#lowWater;
    for (;;) {
      const number = Math.floor(this.#lowWater / CHUNK);
      const chunk = this.#chunks.get(number);
      if (chunk === undefined) break;
      const end = (number + 1) * CHUNK;
      if (chunk.count === CHUNK) this.#lowWater = end;
      else while (this.#lowWater < end && this.has(this.#lowWater)) this.#lowWater += 1;
      if (this.#lowWater < end) break;
      this.#chunks.delete(number);
      this.#dirty.add(number);
    }
    if (this.#lowWater !== from) this.#moved = true;
  }
}

export const CHUNK_PREFIX = 'settled/';

function chunkKey(number: number): string {
  return `${CHUNK_PREFIX}${number}`;
}
