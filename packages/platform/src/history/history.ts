import type {
  BatchLinesQuery,
  BatchQuery,
  BatchState,
  BatchSummary,
  ExplanationResource,
  UserEvent,
} from '@batchfeed/schemas';
import type { Logger } from 'pino';
import { DAY_MS } from '../config/statistics-tables.ts';
import { PlatformError, type PlatformErrorCode } from '../platform-error.ts';
import { ThreadClient } from '../thread/thread-client.ts';
import { explainOver, explainUserOver } from './explain-over.ts';
import type { Extent, FoundBatch, FoundLine, FoundUser, HistoryCalls } from './history-protocol.ts';
import { HistoryRecorder } from './history-recorder.ts';
import { batchSummary, userEvents } from './history-resources.ts';
import { UserHasher } from './user-hash.ts';

export interface HistoryRetention {
  /** Days that batches and users are kept. Default 7. */
  readonly historyDays?: number;
  /** Bytes they may take on disk; above, the oldest contents go first, then the oldest rows. Default 1 GiB. */
  readonly historyBytes?: number;
}

interface HistoryOptions extends HistoryRetention {
  readonly file: string;
  /** Id of the store: what users are hashed with. */
  readonly storeId: string;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Told of a batch that is new or has changed, at most four times a second; puts it together when that is wanted. */
type TellChange = (feedId: string, batchId: string, summarise: () => BatchSummary) => void;

const OPENING_FAILURES: Readonly<Record<string, PlatformErrorCode>> = {
  NEWER: 'DATA_FOLDER_NEWER',
  OLDER: 'DATA_FOLDER_OLDER',
};
/** Batches that are asked about at a time after a crash, and how often. */
const UNSURE_AT_A_TIME = 50;
const UNSURE_EVERY_MS = 1_000;
/** Batches of a grouping key that an explanation looks at: the latest ones. `…/batches` pages through all. */
const EXPLAINED_OF_KEY = 100;

/**
 * What became of updates, lines and batches once they were over, which the engine forgets: kept in a file of its own, for a
 * while, as an account and not as a promise. Nothing waits for it, and where it has gaps it says so.
 *
 *   pipeline ──▶ recorder ──every 250 ms──▶ thread: SQLite
 *                (notes, in memory)         ◀──questions──
 */
export class History {
  readonly recorder: HistoryRecorder;
  readonly #client: ThreadClient<HistoryCalls>;
  readonly #options: HistoryOptions;
  readonly #hasher: UserHasher;
  #tellChange: TellChange | undefined;
  #unsure: NodeJS.Timeout | undefined;

  private constructor(client: ThreadClient<HistoryCalls>, options: HistoryOptions) {
    const { storeId, now, logger } = options;
    this.#client = client;
    this.#options = options;
    this.#hasher = new UserHasher(storeId);
    this.recorder = new HistoryRecorder({
      hasher: this.#hasher,
      now,
      write: (news, transfer) => client.call('write', news, transfer),
      onBatch: (change) => this.#tellChange?.(change.feedId, change.id, () => batchSummary(change.id, change)),
      onFailure: (err) =>
        logger.error({ err }, 'The history cannot be written; it will have a gap. Nothing else is lost.'),
    });
  }

  /** @throws PlatformError `DATA_FOLDER_NEWER`, `DATA_FOLDER_OLDER` or `DATA_FOLDER_UNUSABLE`. */
  static async open(options: HistoryOptions): Promise<History> {
    const { file, now, logger, historyDays = 7, historyBytes = 1024 ** 3 } = options;
    const client = new ThreadClient<HistoryCalls>({ beside: import.meta.url, file: 'history-worker', of: 'history' });
    try {
      const { damaged } = await client.call('open', {
        file,
        maxAgeMs: historyDays * DAY_MS,
        maxBytes: historyBytes,
        now: now(),
      });
      if (damaged !== undefined) {
        logger.error({ file, damaged }, 'The history was damaged and has been put aside; it begins anew.');
      }
      return new History(client, options);
    } catch (error) {
      await client.end();
      const code = OPENING_FAILURES[(error as { code?: string }).code ?? ''] ?? 'DATA_FOLDER_UNUSABLE';
      const message = code === 'DATA_FOLDER_UNUSABLE' ? `${file} cannot be opened: ` : '';
      throw new PlatformError(code, message + (error as Error).message, { cause: error });
    }
  }

  /** From now on every change of a batch is told. */
  tellChanges(to: TellChange): void {
    this.#tellChange = to;
  }

  /** From when on it is whole, and where it is not. */
  extent(): Promise<Extent> {
    return this.#ask('extent', undefined);
  }

  /** @throws PlatformError `INVALID` when `before` is no cursor. */
  async list(feedId: string, query: BatchQuery): Promise<{ batches: BatchSummary[]; next: string | null }> {
    const { grouping_key: groupingKey, seal_reason: sealReason, state, before, max_results: max } = query;
    const filter = { feedId, groupingKey, sealReason, state, before: readCursor(before), max };
    const { rows, next } = await this.#ask('list', filter);
    const batches = rows.map((row) => batchSummary(row.batchId, row));
    return { batches, next: next === undefined ? null : String(next) };
  }

  batch(feedId: string, batchId: string): Promise<FoundBatch | undefined> {
    return this.#ask('batch', { feedId, batchId });
  }

  /** Lines of a batch in clear; undefined when they are not kept. */
  lines(row: number, { first_line: first, max_lines: max }: BatchLinesQuery): Promise<FoundLine[] | undefined> {
    return this.#ask('lines', { row, first: first - 1, max });
  }

  /** What happened to a user, by feed. `user`: see `userKey`. */
  async user(user: string, feedId?: string): Promise<{ feeds: Map<string, UserEvent[]>; more: boolean }> {
    const found = await this.#find(user, feedId);
    const ids = new Set([
      ...found.updates.map((update) => update.feedId),
      ...found.batches.map(({ row }) => row.feedId),
    ]);
    const eventsOf = (id: string) =>
      userEvents({
        updates: found.updates.filter((update) => update.feedId === id),
        batches: found.batches.filter(({ row }) => row.feedId === id),
      });
    return { feeds: new Map([...ids].map((id) => [id, eventsOf(id)])), more: found.more };
  }

  /** What is over of a user in a feed, without what is known of anyway. */
  async explainUser(feedId: string, user: string, known: ReadonlySet<string | undefined>) {
    return explainUserOver(await this.#find(user, feedId), known);
  }

  /** The latest batches of a grouping key that are over, the oldest first, without those that are known of anyway. */
  async explainKey(
    feedId: string,
    { groupingKey, sessionId }: { groupingKey: string; sessionId: string | undefined },
    known: ReadonlySet<string | undefined>,
  ): Promise<ExplanationResource[]> {
    const any = { sealReason: undefined, state: undefined, before: undefined };
    const filter = { feedId, groupingKey, sessionId, ...any, max: EXPLAINED_OF_KEY };
    const { rows } = await this.#ask('list', filter);
    const over = rows.reverse().map(explainOver);
    return over.filter((found) => found !== undefined && !known.has(found.batch_id)) as ExplanationResource[];
  }

  /** A batch that is over; undefined when it is not, or not known. */
  async explainBatch(feedId: string, batchId: string): Promise<ExplanationResource | undefined> {
    const found = await this.batch(feedId, batchId);
    return found && explainOver(found.row);
  }

  /** Throws away what is known of a feed, in the background and over restarts. */
  async forget(feedId: string): Promise<void> {
    await this.#ask('forget', { feedId });
  }

  /** Copies the file while it is written to. */
  async backup(file: string): Promise<void> {
    await this.#ask('backup', { file });
  }

  /**
   * After a crash batches stand there as the last run left them. Asks about each what became of it, some a second, until
   * none is left: `stateOf` gives its state, or undefined when it still is where it was.
   */
  settleUnsure(stateOf: (feedId: string, batchId: string) => Promise<BatchState | undefined>): void {
    const round = async () => {
      const unsure = await this.#client.call('unsure', { max: UNSURE_AT_A_TIME });
      const states = await Promise.all(
        unsure.map(async ({ id, feedId }) => ({ id, state: await stateOf(feedId, id) })),
      );
      await this.#client.call('sure', states);
      if (unsure.length === UNSURE_AT_A_TIME) this.#unsure = setTimeout(start, UNSURE_EVERY_MS).unref();
    };
    const start = () =>
      void round().catch((err: Error) => this.#options.logger.warn({ err }, 'unsettled batches of the history'));
    start();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    this.recorder.flush();
    await this.#client.call('close', undefined).catch(() => {});
    await this.end();
  }

  /** Stops without a word, as a crash does: the next start finds a gap. */
  async end(): Promise<void> {
    clearTimeout(this.#unsure);
    this.recorder.stop();
    await this.#client.end();
  }

  #find(user: string, feedId: string | undefined): Promise<FoundUser> {
    this.#hasher.read(user);
    const { lo, hi } = this.#hasher;
    return this.#ask('user', { lo, hi, feedId });
  }

  /** Asks behind everything that has happened so far. @throws PlatformError `UNAVAILABLE` */
  async #ask<Name extends keyof HistoryCalls>(
    name: Name,
    args: HistoryCalls[Name]['takes'],
  ): Promise<HistoryCalls[Name]['gives']> {
    this.recorder.flush();
    try {
      return await this.#client.call(name, args);
    } catch (error) {
      throw new PlatformError('UNAVAILABLE', `The history cannot be read: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

function readCursor(before: string | undefined): number | undefined {
  if (before === undefined) return undefined;
  if (!/^\d{1,15}$/.test(before)) {
    throw new PlatformError('INVALID', 'query parameter before: must be the `next` of a page.');
  }
  return Number(before);
}
