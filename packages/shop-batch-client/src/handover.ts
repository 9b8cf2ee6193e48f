/** Passes items from one side that makes them to one side that takes them, and slows the first to the pace of the second. */
export class Handover<T> {
  readonly #items: T[] = [];
  readonly #emptied: (() => void)[] = [];
  #arrived = () => {};
  #closed = false;

  /** Resolves once everything put so far has been taken; at once after `close`. */
  put(item: T): Promise<void> | undefined {
    if (this.#closed) return undefined;
    this.#items.push(item);
    this.#arrived();
    // One promise for each run of items is enough, and a great deal cheaper than one for each.
    if (this.#items.length > 1) return undefined;
    return new Promise((resolve) => {
      this.#emptied.push(resolve);
    });
  }

  /** The next item; undefined when there are none left and none will come. */
  async take(): Promise<T | undefined> {
    while (this.#items.length === 0) {
      this.#release();
      if (this.#closed) return undefined;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    return this.#items.shift();
  }

  /** Nothing more comes, or nobody takes any more. */
  close(): void {
    this.#closed = true;
    this.#release();
    this.#arrived();
  }

  #release(): void {
    for (const resolve of this.#emptied.splice(0)) resolve();
  }
}
