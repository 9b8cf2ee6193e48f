/** Lets at most `limit` hold a turn at once; the others wait in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Resolves with the function that gives the turn back, or with undefined when the signal fires first. */
  take(signal?: AbortSignal): Promise<(() => void) | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(this.#giveBack());
    }
    return new Promise((resolve) => {
      const start = () => {
        signal?.removeEventListener('abort', leave);
        resolve(this.#giveBack());
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        signal?.removeEventListener('abort', leave);
        resolve(undefined);
      };
      this.#waiting.push(start);
      signal?.addEventListener('abort', leave);
    });
  }

  #giveBack(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }
}
