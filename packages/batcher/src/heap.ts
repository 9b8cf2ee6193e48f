/** What can be in a heap: it knows its place. */
export interface HeapItem {
  /** -1 outside a heap. An item is in one heap at a time. */
  heapIndex: number;
}

/** Items by rank, the smallest first: O(log n) to put in, move or take out, O(1) to look at the first. */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #ranks: number[] = [];

  get first(): T | undefined {
    return this.#items[0];
  }

  get firstRank(): number | undefined {
    return this.#ranks[0];
  }

  /** All items, in no order. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** Puts an item in, or moves it to another rank. */
  set(item: T, rank: number): void {
    const index = item.heapIndex === -1 ? this.#items.length : item.heapIndex;
    const isLower = index === this.#items.length || rank < (this.#ranks[index] ?? rank);
    this.#put(index, item, rank);
    if (isLower) this.#rise(index, item, rank);
    else this.#sink(index, item, rank);
  }

  /** Takes an item out. One that is not in is left alone. */
  delete(item: T): void {
    const index = item.heapIndex;
    if (index === -1) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    const rank = this.#ranks.pop();
    if (last === undefined || rank === undefined || last === item) return;
    // The last item takes the free place, from where it may have to go either way.
    this.#put(index, last, rank);
    this.#rise(index, last, rank);
    this.#sink(last.heapIndex, last, rank);
  }

  clear(): void {
    for (const item of this.#items) item.heapIndex = -1;
    this.#items.length = 0;
    this.#ranks.length = 0;
  }

  #put(index: number, item: T, rank: number): void {
    this.#items[index] = item;
    this.#ranks[index] = rank;
    item.heapIndex = index;
  }

  #rise(from: number, item: T, rank: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#items[parent];
      const aboveRank = this.#ranks[parent];
      if (above === undefined || aboveRank === undefined || aboveRank <= rank) break;
      this.#put(index, above, aboveRank);
      index = parent;
    }
    this.#put(index, item, rank);
  }

  #sink(from: number, item: T, rank: number): void {
    let index = from;
    for (;;) {
      let child = index * 2 + 1;
      if ((this.#ranks[child + 1] ?? Number.POSITIVE_INFINITY) < (this.#ranks[child] ?? Number.POSITIVE_INFINITY)) {
        child += 1;
      }
      const below = this.#items[child];
      const belowRank = this.#ranks[child];
      if (below === undefined || belowRank === undefined || belowRank >= rank) break;
      this.#put(index, below, belowRank);
      index = child;
    }
    this.#put(index, item, rank);
  }
}
