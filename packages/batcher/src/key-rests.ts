/**
 * Until when a key rests after a seal of some kind. A rest that has ended is forgotten, so an idle
 * key costs nothing.
 *
 * Rests of one length end in the order in which they began: there is one map for each length.
 */
export class KeyRests {
  readonly #byLength = new Map<number, Map<string, number>>();

  /** A key rests for so many milliseconds from now on. */
  begin(key: string, lengthMs: number, now: number): void {
    let ends = this.#byLength.get(lengthMs);
    if (ends === undefined) {
      ends = new Map();
      this.#byLength.set(lengthMs, ends);
    }
    // Deleted first, so that it stands last.
    ends.delete(key);
    ends.set(key, now + lengthMs);
    this.forget(now);
  }

  /** When the rest of a key ends; undefined when it has none. */
  endOf(key: string): number | undefined {
    let latest: number | undefined;
    for (const ends of this.#byLength.values()) {
      const end = ends.get(key);
      if (end !== undefined && (latest === undefined || end > latest)) latest = end;
    }
    return latest;
  }

  /** Forgets rests that have ended, and those that began in the future, before a clock was set back. */
  forget(now: number): void {
    for (const [lengthMs, ends] of this.#byLength) {
      for (const [key, end] of ends) {
        if (end > now && end - lengthMs <= now) break;
        ends.delete(key);
      }
      if (ends.size === 0) this.#byLength.delete(lengthMs);
    }
  }
}
