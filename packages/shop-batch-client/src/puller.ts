/** What rows may come from. */
export type Source<T> = Iterable<T> | AsyncIterable<T>;

interface Item<T> {
  readonly value: T;
}

/** Takes one item after the other from a source, and can stop waiting for one that does not come. */
export class Puller<T> {
  readonly #sync: Iterator<T> | undefined;
  readonly #async: AsyncIterator<T> | undefined;
  readonly #signals: readonly AbortSignal[];
  readonly #onAbort = () => this.stop();
  #ended = false;
  #release = () => {};

  constructor(source: Source<T>, signals: readonly (AbortSignal | undefined)[]) {
    if (Symbol.asyncIterator in source) this.#async = source[Symbol.asyncIterator]();
    else this.#sync = source[Symbol.iterator]();
    this.#signals = signals.filter((signal) => signal !== undefined);
    for (const signal of this.#signals) {
      if (signal.aborted) this.stop();
      signal.addEventListener('abort', this.#onAbort);
    }
  }

  /** The next item (at once from a synchronous source), or undefined at the end. */
  pull(): Item<T> | undefined | Promise<Item<T> | undefined> {
    if (this.#ended) return undefined;
    if (this.#sync !== undefined) return this.#take(this.#sync.next());
    // Not Promise.race: racing every item against one long-lived promise would hold on to all of them.
    return new Promise((resolve, reject) => {
      this.#release = () => resolve(undefined);
      (this.#async as AsyncIterator<T>).next().then((result) => resolve(this.#take(result)), reject);
    });
  }

  /** Ends the source and lets go of it. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort);
    this.#release();
    // A source that is stuck in its own `next` never answers: nobody waits for it.
    try {
      this.#sync?.return?.();
      this.#async?.return?.()?.catch(() => {});
    } catch {
      // Its clean-up failed; the rows are none the worse.
    }
  }

  #take(result: IteratorResult<T>): Item<T> | undefined {
    if (result.done !== true && !this.#ended) return { value: result.value };
    if (result.done === true) this.#ended = true;
    return undefined;
  }
}
