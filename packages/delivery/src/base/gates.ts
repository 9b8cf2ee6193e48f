/** What a requested delay holds up. */
export type GateScope =
  /** One grouping key of a destination. */
  | 'key'
  /** Everything to a destination. The default. */
  | 'destination'
  /** Everything to all destinations behind the same endpoint. */
  | 'endpoint';

/** Requested delays, durable, shared by the lanes of an engine. */
export class Gates {
  readonly #until = new Map<string, number>();

  /** Sets a gate, unless it is set for later already; returns whether it did. */
  set(name: string, until: number): boolean {
    if (until <= (this.#until.get(name) ?? 0)) return false;
    this.#until.set(name, until);
    return true;
  }

  /**
   * When the last of these gates opens; 0 when none is set for later than `now`. Forgets those that
   * are open.
   */
  until(names: readonly string[], now: number): number {
    let latest = 0;
    for (const name of names) {
      const until = this.#until.get(name);
      if (until === undefined) continue;
      if (until <= now) this.#until.delete(name);
      else if (until > latest) latest = until;
    }
    return latest;
  }

  get size(): number {
    return this.#until.size;
  }
}

/**
 * A gate's name. As JSON its parts cannot run into each other, and a store can keep whatever a key
 * holds, lone surrogates too.
 */
export const gateName: Readonly<Record<GateScope, (destination: string, key: string, endpoint: string) => string>> = {
  key: (destination, key) => `key ${JSON.stringify([destination, key])}`,
  destination: (destination) => `destination ${JSON.stringify(destination)}`,
  endpoint: (_destination, _key, endpoint) => `endpoint ${JSON.stringify(endpoint)}`,
};
