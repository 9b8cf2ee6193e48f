/** The store's own thread: SQLite works and waits for the disk here, so that the caller's event loop does neither. */
import { parentPort } from 'node:worker_threads';
import type Sqlite from 'better-sqlite3';
import { DatabaseError, describe, openDatabase } from './database.ts';
import { LaneTables } from './lane-tables.ts';
import type { AnswerMessage, CallName, Calls, RequestMessage } from './protocol.ts';

let file = '';
let db: Sqlite.Database | undefined;
let tables: LaneTables | undefined;

const handlers: { [N in CallName]: (args: Calls[N]['takes']) => Calls[N]['gives'] } = {
  open: (args) => {
    file = args.file;
    const opened = openDatabase(args.file, args.lanes);
    db = opened.db;
    tables = new LaneTables(opened.db);
    return { id: opened.id, lanes: opened.lanes };
  },
  own: ({ log, lane }) => ready().own(log, lane),
  write: (writes) => {
    const results = ready().write(writes);
    if (writes.some((parts) => parts.some(({ lowWater }) => lowWater !== undefined))) ready().shrink();
    return results;
  },
  read: ({ laneId, from, maxBytes }) => ready().read(laneId, from, maxBytes),
  scan: ({ laneId, prefix, after, limit }) => ready().scan(laneId, prefix, after, limit),
  get: ({ laneId, key }) => ready().get(laneId, key),
  integrity: () => ready().faults(),
  backup: (args) => {
    db?.prepare('VACUUM INTO ?').run(args.file);
    return undefined;
  },
  close: () => {
    db?.close();
    db = undefined;
    tables = undefined;
    return undefined;
  },
};

function ready(): LaneTables {
  if (tables === undefined) throw new DatabaseError('CLOSED', 'The store is closed.');
  return tables;
}

parentPort?.on('message', ({ id, name, args }: RequestMessage) => {
  let answer: AnswerMessage;
  try {
    answer = { id, result: (handlers[name] as (args: unknown) => unknown)(args) };
  } catch (error) {
    answer = { id, error: describe(error, file) };
  }
  parentPort?.postMessage(answer);
});
