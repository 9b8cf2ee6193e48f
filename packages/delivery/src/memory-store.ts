import { drawBatchToken } from './base/batch-token.ts';
import { DeliveryError } from './delivery-error.ts';
import { MemoryQueue } from './memory-queue.ts';
import type { Entry, Lane, LaneWrite, QueueExtent, Store } from './store.ts';

const MAX_WRITE_BYTES = 64 * 1024 * 1024;

/** What a lane holds, under any owner. */
interface LaneData {
  readonly queues: Map<string, MemoryQueue>;
  readonly state: Map<string, string>;
}

class MemoryLane implements Lane {
  readonly number: number;
  readonly token = drawBatchToken();
  readonly queues: ReadonlyMap<string, QueueExtent>;
  readonly #data: LaneData;
  #owned = true;

  constructor(number: number, data: LaneData) {
    this.number = number;
    this.#data = data;
    this.queues = new Map([...data.queues].map(([name, queue]) => [name, queue.extent]));
  }

  async read(queue: string, from: number, maxBytes: number): Promise<readonly Entry[]> {
    return this.data.queues.get(queue)?.read(from, maxBytes) ?? [];
  }

  async readAt(queue: string, positions: readonly number[]): Promise<readonly Entry[]> {
    const found = this.data.queues.get(queue);
    return positions.map((position) => {
      const entry = found?.at(position);
      if (entry !== undefined) return entry;
      throw new DeliveryError(
        'STORE_CORRUPT',
        `Lane ${this.number} has no entry at position ${position} of queue ${JSON.stringify(queue)}.`,
      );
    });
  }

  async scan(
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [string, string])[]> {
    return [...this.data.state]
      .filter(([key]) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit);
  }

  async get(key: string): Promise<string | undefined> {
    return this.data.state.get(key);
  }

  /** @throws DeliveryError `FENCED` when it is owned no more. */
  get data(): LaneData {
    if (!this.#owned) throw fenced(this);
    return this.#data;
  }

  letGo(): void {
    this.#owned = false;
  }
}

/**
 * A store that keeps everything in this process: for tests and for work that may be lost with the
 * process. Closing an engine leaves the data in the store object, so that a second engine on it
 * continues where the first ended.
 */
export class MemoryStore implements Store {
  readonly id: string;
  readonly lanes: number;
  readonly maxWriteBytes: number;
  readonly #data = new Map<number, LaneData>();
  readonly #owned = new Map<number, MemoryLane>();

  /** @param options `lanes`: 1 by default. `maxWriteBytes`: 64 MiB by default. */
  constructor(options: { id?: string; lanes?: number; maxWriteBytes?: number } = {}) {
    this.id = options.id ?? globalThis.crypto.randomUUID();
    this.lanes = options.lanes ?? 1;
    this.maxWriteBytes = options.maxWriteBytes ?? MAX_WRITE_BYTES;
  }

  async own(number: number): Promise<Lane> {
    if (!Number.isInteger(number) || number < 0 || number >= this.lanes) {
      throw new DeliveryError('INVALID', `There is no lane ${number}: the store has lanes 0 to ${this.lanes - 1}.`);
    }
    const data = this.#data.get(number) ?? { queues: new Map(), state: new Map() };
    this.#data.set(number, data);
    this.#owned.get(number)?.letGo();
    const lane = new MemoryLane(number, data);
    this.#owned.set(number, lane);
    return lane;
  }

  async release(lane: Lane): Promise<void> {
    const owned = this.#ownedAs(lane);
    owned.letGo();
    this.#owned.delete(lane.number);
  }

  async write(lane: Lane, write: LaneWrite): Promise<readonly number[]> {
    const owned = this.#ownedAs(lane);
    refuseUnfit(write, this.maxWriteBytes);
    const { queues, state } = owned.data;
    const firsts = write.append.map(({ queue, entries }) => queueOf(queues, queue).append(entries, lane.token));
    for (const { queue, from, to } of write.over) queues.get(queue)?.over(from, to);
    for (const queue of write.remove) queues.delete(queue);
    for (const [key, value] of write.put) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
    return firsts;
  }

  async close(): Promise<void> {}

  #ownedAs(lane: Lane): MemoryLane {
    const owned = this.#owned.get(lane.number);
    if (owned === undefined || owned !== lane) throw fenced(lane);
    return owned;
  }
}

/** The error of an owner whose lane was taken over or given back. */
export function fenced(lane: Pick<Lane, 'number'>): DeliveryError {
  return new DeliveryError('FENCED', `Lane ${lane.number} has another owner now; this one has stopped.`);
}

function queueOf(queues: Map<string, MemoryQueue>, name: string): MemoryQueue {
  const found = queues.get(name);
  if (found !== undefined) return found;
  const begun = new MemoryQueue();
  queues.set(name, begun);
  return begun;
}

/** @throws DeliveryError `INVALID` for a write that no store takes. */
function refuseUnfit(write: LaneWrite, maxWriteBytes: number): void {
  const removed = new Set(write.remove);
  const appended = new Set<string>();
  let bytes = 0;
  for (const { queue, entries } of write.append) {
    if (appended.has(queue)) throw refusal(queue, 'stands in one write twice');
    if (removed.has(queue)) throw refusal(queue, 'is removed and appended to by one write');
    appended.add(queue);
    for (const text of entries) bytes += Buffer.byteLength(text);
  }
  for (const [key, value] of write.put) bytes += Buffer.byteLength(key) + Buffer.byteLength(value ?? '');
  if (bytes > maxWriteBytes) {
    throw new DeliveryError('INVALID', `A write of ${bytes} bytes is larger than the ${maxWriteBytes} a store takes.`);
  }
}

function refusal(queue: string, fault: string): DeliveryError {
  return new DeliveryError('INVALID', `Queue ${JSON.stringify(queue)} ${fault}. Make two writes of it.`);
}
