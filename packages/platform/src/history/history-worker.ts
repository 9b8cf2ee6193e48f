/**
 * The history's own thread: compressing, SQLite and searches happen here, so that the platform's event loop does none of
 * it. One request after another, in the order in which they came, but for searches and backups, which let others pass.
 */
import { serveCalls, type ThreadHandlers } from '../thread/serve-calls.ts';
import { type HistoryDatabase, openHistoryDatabase } from './history-database.ts';
import type { HistoryCalls } from './history-protocol.ts';
import { historyPruner } from './history-pruner.ts';
import { historyReader } from './history-reader.ts';
import { historyWriter } from './history-writer.ts';
import { userFinder } from './user-finder.ts';

interface Parts {
  readonly db: HistoryDatabase;
  readonly reader: ReturnType<typeof historyReader>;
  readonly writer: ReturnType<typeof historyWriter>;
  readonly find: ReturnType<typeof userFinder>;
  readonly prune: ReturnType<typeof historyPruner>;
}

/** Between two looks at whether there is something to prune, at least. */
const PRUNE_EVERY_MS = 1_000;

let parts: Parts | undefined;
/** The latest time heard of. */
let now = 0;
let prunedAt = 0;
let isPruning = false;

const handlers: ThreadHandlers<HistoryCalls> = {
  open(args) {
    const { db, damaged } = openHistoryDatabase(args);
    const reader = historyReader(db);
    parts = {
      db,
      reader,
      writer: historyWriter(db),
      find: userFinder(db, reader.withTries),
      prune: historyPruner(db, args),
    };
    now = args.now;
    return { damaged };
  },
  write(args) {
    ready().writer.write(args);
    now = args.upTo;
    pruneSoon();
    return undefined;
  },
  extent: () => ready().reader.extent(),
  list: (filter) => ready().reader.list(filter),
  batch: ({ feedId, batchId }) => ready().reader.batch(feedId, batchId),
  lines: ({ row, first, max }) => ready().reader.lines(row, first, max),
  user: (wanted) => ready().find(wanted),
  unsure: ({ max }) => ready().reader.unsure(max),
  sure(states) {
    ready().writer.sure(states);
    return undefined;
  },
  forget({ feedId }) {
    ready().db.prepare('INSERT OR REPLACE INTO forgotten VALUES (?, 0)').run(feedId);
    prunedAt = 0;
    pruneSoon();
    return undefined;
  },
  async backup({ file }) {
    await ready().db.backup(file);
    return undefined;
  },
  close() {
    parts?.writer.endRun();
    parts?.db.close();
    parts = undefined;
    return undefined;
  },
};

function ready(): Parts {
  if (parts === undefined) throw Object.assign(new Error('The history is closed.'), { code: 'CLOSED' });
  return parts;
}

/** Prunes step by step, with a turn for requests between. */
function pruneSoon(): void {
  if (isPruning || now - prunedAt < PRUNE_EVERY_MS) return;
  isPruning = true;
  setImmediate(pruneStep);
}

function pruneStep(): void {
  try {
    if (parts?.prune(now)) {
      setImmediate(pruneStep);
      return;
    }
  } catch {
    // The disk is full, perhaps: the next write fails as well and says so; pruning is tried again behind it.
  }
  prunedAt = now;
  isPruning = false;
}

serveCalls(handlers);
