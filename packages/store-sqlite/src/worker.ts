/** The store's own thread: SQLite works and waits for the disk here, so that the caller's event loop does neither. */
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type Sqlite from 'better-sqlite3';
import { DatabaseError, describe, openDatabase } from './database.ts';
import { LaneTables } from './lane-tables.ts';
import type { AnswerMessage, CallName, Calls, RequestMessage } from './protocol.ts';

const port = parentPort as MessagePort;
let file = '';
let db: Sqlite.Database | undefined;
let tables: LaneTables | undefined;

const handlers: { [N in Exclude<CallName, 'write'>]: (args: Calls[N]['takes']) => Calls[N]['gives'] } = {
  open: (args) => {
    file = args.file;
    const opened = openDatabase(args);
    db = opened.db;
    tables = new LaneTables(opened.db);
    return { id: opened.id, lanes: opened.lanes };
  },
  own: ({ log, lane }) => ready().own(log, lane),
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

/** Writes that wait in the port behind one another are one transaction. */
function writeAll(requests: readonly RequestMessage<'write'>[]): void {
  try {
    const results = ready().write(requests.map(({ args }) => args));
    requests.forEach(({ id }, index) => {
      answer({ id, result: results[index] });
    });
    if (requests.some(({ args }) => args.some(({ lowWater }) => lowWater !== undefined))) ready().shrink();
  } catch (error) {
    for (const { id } of requests) answer({ id, error: describe(error, file) });
  }
}

function handle({ id, name, args }: RequestMessage): void {
  try {
    answer({ id, result: (handlers[name as keyof typeof handlers] as (args: unknown) => unknown)(args) });
  } catch (error) {
    answer({ id, error: describe(error, file) });
  }
}

function answer(message: AnswerMessage): void {
  port.postMessage(message);
}

port.on('message', (first: RequestMessage) => {
  let writes: RequestMessage<'write'>[] = [];
  for (
    let request: RequestMessage | undefined = first;
    request !== undefined;
    request = receiveMessageOnPort(port)?.message
  ) {
    if (request.name === 'write') {
      writes.push(request as RequestMessage<'write'>);
      continue;
    }
    if (writes.length > 0) writeAll(writes);
    writes = [];
    handle(request);
  }
  if (writes.length > 0) writeAll(writes);
});
