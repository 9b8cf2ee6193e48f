import { deadline } from './deadline.ts';
import { PluginSdkError } from './plugin-sdk-error.ts';

/**
 * Promises under keys, for one plugin instance. Nothing here keeps the process alive: expiry is looked at when an
 * entry is read, there are no timers but the deadline of a load under way.
 *
 * An entry is pending → fresh (until it expires) or pending → failed (for a short while, so that a failing gateway is
 * not asked again by every request). Only the entry's own load may move it, so a load that was overtaken by a refresh
 * or by `del` never brings old data back.
 */
export interface LoadOptions {
  /** Milliseconds a loaded value is kept. */
  ttlMs: number;
  /** Milliseconds a failure is kept. */
  failureTtlMs: number;
  /** Milliseconds a load may take; then it counts as failed. */
  timeoutMs: number;
  /** Load again even if a value is there. */
  refresh?: boolean;
}

interface Entry<V> {
  promise: Promise<V>;
  expiresAt: number;
}

/** A full cache drops its oldest entry; only ids that do not exist could ever fill it. */
const maxEntries = 10_000;

/** Separates a feed's id from the destination's in a key; ids hold no control characters. */
export const keySeparator = '\u0000';

export class SingleFlightCache<V> {
  readonly #entries = new Map<string, Entry<V>>();

  get size(): number {
    return this.#entries.size;
  }

  /** The promise under a key, or undefined when there is none or it expired. */
  get(key: string): Promise<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > performance.now()) return entry.promise;
    this.#entries.delete(key);
    return undefined;
  }

  /** Puts a promise under a key for `ttlMs` milliseconds, for ever by default. */
  put(key: string, promise: Promise<V>, ttlMs = Number.POSITIVE_INFINITY): Promise<V> {
    this.#insert(key, { promise, expiresAt: performance.now() + ttlMs });
    return promise;
  }

  /** What is under the key, loaded at most once however many ask at the same time. */
  load(key: string, build: () => Promise<V>, options: LoadOptions): Promise<V> {
    const known = options.refresh === true ? undefined : this.get(key);
    if (known !== undefined) return known;

    const timedOut = () =>
      new PluginSdkError('gateway_timeout', `Building the instance context took longer than ${options.timeoutMs} ms.`);
    const promise = deadline(build, options.timeoutMs, timedOut);
    const entry: Entry<V> = { promise, expiresAt: Number.POSITIVE_INFINITY };
    this.#insert(key, entry);
    const keepFor = (ttlMs: number) => () => {
      entry.expiresAt = performance.now() + ttlMs;
    };
    promise.then(keepFor(options.ttlMs), keepFor(options.failureTtlMs));
    return promise;
  }

  /** Removes a key and, for a feed's id, what was built for that feed with any destination. */
  del(key: string): boolean {
    let removed = this.#entries.delete(key);
    for (const other of this.#entries.keys()) {
      if (other.startsWith(key + keySeparator)) removed = this.#entries.delete(other) || removed;
    }
    return removed;
  }

  /** Removes everything built with a destination's credentials. */
  delDestination(destinationId: string): void {
    for (const key of this.#entries.keys()) {
      if (key.endsWith(keySeparator + destinationId)) this.#entries.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #insert(key: string, entry: Entry<V>): void {
    if (!this.#entries.has(key) && this.#entries.size >= maxEntries) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, entry);
  }
}
