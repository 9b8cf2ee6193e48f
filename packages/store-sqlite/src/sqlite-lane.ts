import type { Entry, Lane, QueueExtent } from '@batchfeed/delivery';
import type { LaneRef, OwnedLane } from './protocol.ts';
import { unpackEntries } from './unpack-entries.ts';
import type { WorkerClient } from './worker-client.ts';

/** A lane of a SQLite store, owned. */
export class SqliteLane implements Lane {
  readonly number: number;
  readonly token: string;
  readonly queues: ReadonlyMap<string, QueueExtent>;
  /** How the worker knows it. */
  readonly ref: LaneRef;
  readonly #worker: WorkerClient;

  constructor(worker: WorkerClient, { lane, owner, token, queues }: OwnedLane) {
    this.#worker = worker;
    this.ref = { lane, owner };
    this.number = lane;
    this.token = token;
    this.queues = new Map(queues.map(([name, first, end, bytes]) => [name, { first, end, bytes }]));
  }

  async read(queue: string, from: number, maxBytes: number): Promise<readonly Entry[]> {
    return unpackEntries(await this.#worker.call('read', { ...this.ref, queue, from, maxBytes }));
  }

  async readAt(queue: string, positions: readonly number[]): Promise<readonly Entry[]> {
    return unpackEntries(await this.#worker.call('readAt', { ...this.ref, queue, positions }));
  }

  scan(
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [key: string, value: string])[]> {
    return this.#worker.call('scan', { ...this.ref, prefix, after, limit });
  }

  get(key: string): Promise<string | undefined> {
    return this.#worker.call('get', { ...this.ref, key });
  }
}
