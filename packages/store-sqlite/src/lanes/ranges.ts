/** What `Ranges.add` changed. */
export interface RangeChange {
  /** Starts of ranges that are no more. */
  readonly dropped: readonly number[];
  /** The range that is there now. */
  readonly start: number;
  readonly stop: number;
}

/**
 * A set of positions as ranges, `start` to below `stop`: in order, disjoint, and none touches the
 * next.
 */
export class Ranges {
  readonly #starts: number[] = [];
  readonly #stops: number[] = [];

  get size(): number {
    return this.#starts.length;
  }

  *[Symbol.iterator](): Generator<readonly [start: number, stop: number]> {
    for (const [index, start] of this.#starts.entries()) yield [start, this.#stops[index] ?? start];
  }

  /**
   * Adds the positions from `from` to below `to`, `to` above `from`. Those that are there already
   * may be among them.
   */
  add(from: number, to: number): RangeChange {
    const low = this.#firstStoppingAt(from);
    let high = low;
    let start = from;
    let stop = to;
    for (let next = this.#starts[high]; next !== undefined && next <= to; next = this.#starts[high]) {
      start = Math.min(start, next);
      stop = Math.max(stop, this.#stops[high] ?? stop);
      high += 1;
    }
    const dropped = this.#starts.splice(low, high - low, start);
    this.#stops.splice(low, high - low, stop);
    return { dropped, start, stop };
  }

  /** How many positions from `from` to below `to` are in the set. */
  count(from: number, to: number): number {
    let count = 0;
    for (let index = this.#firstStoppingAt(from + 1); index < this.#starts.length; index += 1) {
      const start = this.#starts[index] ?? to;
      if (start >= to) break;
      count += Math.min(to, this.#stops[index] ?? to) - Math.max(from, start);
    }
    return count;
  }

  /** The first position from `position` on that is not in the set. */
  firstOutside(position: number): number {
    const index = this.#firstStoppingAt(position + 1);
    return (this.#starts[index] ?? Number.POSITIVE_INFINITY) <= position ? (this.#stops[index] ?? position) : position;
  }

  /** The first position from `position` on that is in the set; infinity when there is none. */
  firstInside(position: number): number {
    return Math.max(position, this.#starts[this.#firstStoppingAt(position + 1)] ?? Number.POSITIVE_INFINITY);
  }

  /** Removes the ranges that begin at or below `position`; returns their starts. */
  dropBelow(position: number): number[] {
    let count = 0;
    while ((this.#starts[count] ?? Number.POSITIVE_INFINITY) <= position) count += 1;
    this.#stops.splice(0, count);
    return this.#starts.splice(0, count);
  }

  /** Index of the first range that stops at `position` or behind it. */
  #firstStoppingAt(position: number): number {
    let low = 0;
    let high = this.#stops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stops[middle] ?? position) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
