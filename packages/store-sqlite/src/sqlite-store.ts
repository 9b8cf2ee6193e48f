import { DeliveryError, fenced, type Lane, type LaneWrite, type Store } from '@batchfeed/delivery';
import { SqliteLane } from './sqlite-lane.ts';
import type { Tuning } from './tuning.ts';
import { WorkerClient } from './worker-client.ts';
import { MAX_WRITE_BYTES, writeMessage } from './write-message.ts';

/** Which file, and how large it may be. */
export interface SqliteStoreOptions {
  /** Path of the database file; its folder must exist. SQLite keeps two more files beside it. */
  readonly file: string;
  /**
   * Lanes, 1 to 256, fixed when the file is made. Default 1, which is fastest: the file has one
   * writer.
   */
  readonly lanes?: number;
  /**
   * Largest size of the file, in bytes; beyond it writes fail with `STORE_FULL`. Default: what the
   * disk has.
   */
  readonly maxBytes?: number;
}

/**
 * Opens or makes a store. One process has it until it closes it or ends, however it ends.
 *
 * @throws DeliveryError `STORE_LOCKED` when another process has it, `STORE_NEWER`, `STORE_OLDER`,
 *   `STORE_CORRUPT`, `STORE_READ_ONLY`, `STORE_FAILED`, `INVALID` for an impossible number of
 *   lanes.
 */
export function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  return openTunedStore(options);
}

/** As `openSqliteStore`, with sizes for tests. */
export async function openTunedStore(options: SqliteStoreOptions, tuning?: Partial<Tuning>): Promise<SqliteStore> {
  const { file, lanes = 1, maxBytes } = options;
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > 256) {
    throw new DeliveryError('INVALID', `lanes must be a whole number from 1 to 256, not ${lanes}.`);
  }
  const worker = new WorkerClient();
  try {
    const opened = await worker.call('open', { file, lanes, maxBytes, tuning });
    return new SqliteStore(worker, opened.id, opened.lanes);
  } catch (error) {
    await worker.end();
    throw error;
  }
}

/**
 * A store in one SQLite file (WAL, synchronous FULL), worked by a thread of its own. Writes that
 * wait there while another is on its way to the disk go together in the next transaction: one flush
 * for all of them.
 */
export class SqliteStore implements Store {
  readonly id: string;
  readonly lanes: number;
  readonly maxWriteBytes = MAX_WRITE_BYTES;
  readonly #worker: WorkerClient;

  /** Use `openSqliteStore`. */
  constructor(worker: WorkerClient, id: string, lanes: number) {
    this.#worker = worker;
    this.id = id;
    this.lanes = lanes;
  }

  async own(lane: number): Promise<Lane> {
    if (!Number.isInteger(lane) || lane < 0 || lane >= this.lanes) {
      throw new DeliveryError('INVALID', `There is no lane ${lane}: the store has lanes 0 to ${this.lanes - 1}.`);
    }
    return new SqliteLane(this.#worker, await this.#worker.call('own', { lane }));
  }

  async release(lane: Lane): Promise<void> {
    await this.#worker.call('release', own(lane).ref);
  }

  async write(lane: Lane, write: LaneWrite): Promise<readonly number[]> {
    const message = writeMessage(own(lane).ref, write);
    return this.#worker.call('write', message, [message.data.buffer]);
  }

  /**
   * Bytes of the file that are free: written over before the file grows. They are as good as free
   * space of the disk.
   */
  freeBytes(): Promise<number> {
    return this.#worker.call('freeBytes', undefined);
  }

  /**
   * What is wrong with the file: sentences, none when all is well. Reads all of it, so it takes a
   * while on a large one.
   */
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

/** A lane of this kind of store: one of another store has no owner here. */
function own(lane: Lane): SqliteLane {
  if (lane instanceof SqliteLane) return lane;
  throw fenced(lane);
}
