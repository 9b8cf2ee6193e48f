/** Where a piece stands. */
export interface Place {
  readonly segment: number;
  readonly place: number;
  readonly first: number;
  readonly count: number;
}

/** Places that are remembered, at most. */
const MAX_PLACES = 20_000;

/**
 * Places that were looked up in the table `piece`. To find one there costs more than to read an
 * entry of a segment that is in memory. A place is right until compaction moves it.
 */
export class PlaceMemo {
  /** By queue, in the order of their positions. */
  readonly #places = new Map<number, Place[]>();
  #count = 0;

  find(queue: number, position: number): Place | undefined {
    const places = this.#places.get(queue);
    const found = places?.[indexBehind(places, position) - 1];
    return found !== undefined && position < found.first + found.count ? found : undefined;
  }

  add(queue: number, place: Place): void {
    if (this.#count >= MAX_PLACES) this.clear();
    this.#count += 1;
    const places = this.#places.get(queue);
    if (places === undefined) this.#places.set(queue, [place]);
    else places.splice(indexBehind(places, place.first), 0, place);
  }

  clear(): void {
    this.#places.clear();
    this.#count = 0;
  }
}

/** Index of the first place that begins behind a position. */
function indexBehind(places: readonly Place[], position: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.first ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
