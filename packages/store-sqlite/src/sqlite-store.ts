import { DeliveryError, type Entry, fenced, type Lane, type LaneWrite, type Store } from '@batchfeed/delivery';
import { packEntries } from './pack-entries.ts';
import type { OwnedLane, PartMessage } from './protocol.ts';
import { WorkerClient } from './worker-client.ts';

/** Which file, and how large it may be. */
export interface SqliteStoreOptions {
  /** Path of the database file; its folder must exist. SQLite keeps two more files beside it. */
  readonly file: string;
  /** Lanes of every log, fixed when the file is made. Default 1, which fills batches best. */
  readonly lanes?: number;
  /** Largest size of the file, in bytes; beyond it writes fail with `STORE_FULL`. Default: what the disk has. */
  readonly maxBytes?: number;
}

/**
 * Opens or makes a store. One process has it until it closes it or ends, however it ends.
 *
 * @throws DeliveryError `STORE_LOCKED` when another process has it, `STORE_NEWER`, `STORE_CORRUPT`, `STORE_READ_ONLY`, `STORE_FAILED`,
 *   `INVALID` for an impossible number of lanes.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const lanes = options.lanes ?? 1;
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > 256) {
    throw new DeliveryError('INVALID', `lanes must be a whole number from 1 to 256, not ${lanes}.`);
  }
  const worker = new WorkerClient();
  try {
    const opened = await worker.call('open', { file: options.file, lanes, maxBytes: options.maxBytes });
    return new SqliteStore(worker, opened.id, opened.lanes);
  } catch (error) {
    await worker.end();
    throw error;
  }
}

/**
 * A store in one SQLite file (WAL, synchronous FULL), worked by a thread of its own. Writes that
 * wait there while another is on its way to the disk go together in the next transaction: one flush for all of them.
 */
export class SqliteStore implements Store {
  readonly id: string;
  readonly lanes: number;
  readonly atomic = true;
  readonly #worker: WorkerClient;

  /** Use `openSqliteStore`. */
  constructor(worker: WorkerClient, id: string, lanes: number) {
    this.#worker = worker;
    this.id = id;
    this.lanes = lanes;
  }

  async own(log: string, lane: number): Promise<Lane> {
    return new SqliteLane(this.#worker, log, lane, await this.#worker.call('own', { log, lane }));
  }

  async write(writes: readonly LaneWrite[]): Promise<readonly number[]> {
    const parts = writes.map(partMessage);
    const result = await this.#worker.call(
      'write',
      parts,
      parts.map(({ data }) => data.buffer),
    );
    const lanes = writes.map(({ lane }) => lane as SqliteLane);
    if ('fenced' in result) {
      throw fenced(lanes[parts.findIndex(({ laneId }) => laneId === result.fenced)] as SqliteLane);
    }
    result.firsts.forEach((first, index) => {
      (lanes[index] as SqliteLane).wrote(first, parts[index] as PartMessage);
    });
    return result.firsts;
  }

  /** What is wrong with the file: sentences, none when all is well. Reads all of it, so it takes a while on a large one. */
  integrity(): Promise<string[]> {
    return this.#worker.call('integrity', undefined);
  }

  /** Copies the store, as it is now, into a new file while it goes on working. */
  async backup(file: string): Promise<void> {
    await this.#worker.call('backup', { file });
  }

  async close(): Promise<void> {
    await this.#worker.call('close', undefined);
    await this.#worker.end();
  }
}

function partMessage({ lane, append, put, lowWater }: LaneWrite): PartMessage {
  const { laneId, epoch } = (lane as SqliteLane).owned;
  return { laneId, epoch, ...packEntries(append), put: [...put], lowWater };
}

class SqliteLane implements Lane {
  readonly log: string;
  readonly lane: number;
  readonly owned: OwnedLane;
  lowWater: number;
  end: number;
  readonly #worker: WorkerClient;

  constructor(worker: WorkerClient, log: string, lane: number, owned: OwnedLane) {
    this.#worker = worker;
    this.log = log;
    this.lane = lane;
    this.owned = owned;
    this.lowWater = owned.lowWater;
    this.end = owned.end;
  }

  async read(from: number, maxBytes: number): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (const { first, lengths, data } of await this.#worker.call('read', {
      laneId: this.owned.laneId,
      from,
      maxBytes,
    })) {
      let offset = 0;
      lengths.forEach((length, index) => {
        if (first + index >= from) entries.push({ position: first + index, text: data.slice(offset, offset + length) });
        offset += length;
      });
    }
    return entries;
  }

  scan(prefix: string, after: string | undefined, limit: number): Promise<[string, string][]> {
    return this.#worker.call('scan', { laneId: this.owned.laneId, prefix, after, limit });
  }

  get(key: string): Promise<string | undefined> {
    return this.#worker.call('get', { laneId: this.owned.laneId, key });
  }

  /** A write of this lane is durable. */
  wrote(first: number, { lengths, lowWater }: PartMessage): void {
    this.end = first + lengths.length;
    if (lowWater !== undefined && lowWater > this.lowWater) this.lowWater = lowWater;
  }
}
