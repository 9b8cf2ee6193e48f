import { DeliveryError } from './delivery-error.ts';
import type { Entry, Lane, LaneWrite, Store } from './store.ts';

class MemoryLane implements Lane {
  lowWater = 0;
  /** Entries from `lowWater` on. */
  entries: string[] = [];
  readonly states: Map<string, string>;

  constructor(
    readonly log: string,
    readonly lane: number,
    earlier?: MemoryLane,
  ) {
    this.lowWater = earlier?.lowWater ?? 0;
    this.entries = earlier?.entries ?? [];
    this.states = earlier?.states ?? new Map();
  }

  get end(): number {
    return this.lowWater + this.entries.length;
  }

  async read(from: number, maxBytes: number): Promise<readonly Entry[]> {
    const found: Entry[] = [];
    let bytes = 0;
    for (let position = Math.max(from, this.lowWater); position < this.end; position += 1) {
      const text = this.entries[position - this.lowWater] as string;
      if (found.length > 0 && bytes + text.length > maxBytes) break;
      bytes += text.length;
      found.push({ position, text });
    }
    return found;
  }

  async scan(
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [string, string])[]> {
    return [...this.states]
      .filter(([key]) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit);
  }

  async get(key: string): Promise<string | undefined> {
    return this.states.get(key);
  }

  apply(write: LaneWrite): number {
    const first = this.end;
    for (const text of write.append) this.entries.push(text);
    for (const [key, value] of write.put) {
      if (value === null) this.states.delete(key);
      else this.states.set(key, value);
    }
    if (write.lowWater !== undefined && write.lowWater > this.lowWater) {
      this.entries.splice(0, write.lowWater - this.lowWater);
      this.lowWater = write.lowWater;
    }
    return first;
  }
}

/**
 * A store that keeps everything in this process: for tests and for work that may be lost with the process.
 * Closing an engine leaves the data in the store object, so that a second engine on it continues where the first ended.
 */
export class MemoryStore implements Store {
  readonly id: string;
  readonly lanes: number;
  readonly atomic = true;
  readonly #lanes = new Map<string, MemoryLane>();

  constructor(options: { id?: string; lanes?: number } = {}) {
    this.id = options.id ?? globalThis.crypto.randomUUID();
    this.lanes = options.lanes ?? 1;
  }

  async own(log: string, lane: number): Promise<Lane> {
    const name = `${log}/${lane}`;
    const owned = new MemoryLane(log, lane, this.#lanes.get(name));
    this.#lanes.set(name, owned);
    return owned;
  }

  async write(writes: readonly LaneWrite[]): Promise<readonly number[]> {
    const lanes = writes.map(({ lane }) => this.#lanes.get(`${lane.log}/${lane.lane}`));
    writes.forEach(({ lane }, index) => {
      if (lanes[index] !== lane) throw fenced(lane);
    });
    return writes.map((write, index) => (lanes[index] as MemoryLane).apply(write));
  }

  async close(): Promise<void> {}
}

/** The error of an owner whose lane was taken over. */
export function fenced(lane: { log: string; lane: number }): DeliveryError {
  return new DeliveryError(
    'FENCED',
    `Lane ${lane.lane} of log "${lane.log}" has another owner now; this one has stopped.`,
  );
}
