/**
 * The store's own thread: SQLite works and waits for the disk here, so that the caller's event loop
 * does neither.
 */
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type Sqlite from 'better-sqlite3';
import { DatabaseError, describe, openDatabase } from './database.ts';
import { findFaults } from './integrity.ts';
import { LaneTables } from './lanes/lane-tables.ts';
import type { AnswerMessage, CallName, Calls, EntriesMessage, RequestMessage } from './protocol.ts';
import { tuningFor } from './tuning.ts';

/**
 * Writes that wait behind one another are one transaction, up to about so many bytes: a small one
 * is not to wait for many large ones.
 */
const GROUP_BYTES = 8 * 1024 * 1024;
/**
 * Upkeep between two transactions takes at least so long, and half as long as the transaction, so
 * that it keeps up.
 */
const UPKEEP_MS = 3;
const MOST_UPKEEP_MS = 15;

interface OpenStore {
  readonly db: Sqlite.Database;
  readonly lanes: number;
  readonly tables: LaneTables;
}

if (parentPort === null) throw new Error('This is the main file of a worker thread.');
const port: MessagePort = parentPort;
let file = '';
let store: OpenStore | undefined;
let isUpkeepSet = false;

const handlers: { [N in Exclude<CallName, 'write'>]: (args: Calls[N]['takes']) => Calls[N]['gives'] } = {
  open: (args) => {
    file = args.file;
    const { db, id, lanes } = openDatabase(args);
    const tuning = tuningFor(lanes, args.tuning);
    store = { db, lanes, tables: new LaneTables(db, tuning, (error) => describe(error, file)) };
    return { id, lanes };
  },
  own: ({ lane }) => opened().tables.own(lane),
  release: (args) => {
    opened().tables.release(args);
    return undefined;
  },
  read: (args) => opened().tables.read(args),
  readAt: (args) => opened().tables.readAt(args),
  scan: (args) => opened().tables.scan(args),
  get: (args) => opened().tables.get(args),
  freeBytes: () => opened().tables.upkeep.freeBytes(),
  integrity: () => findFaults(opened().db, opened().lanes),
  backup: (args) => {
    opened().db.prepare('VACUUM INTO ?').run(args.file);
    return undefined;
  },
  close: () => {
    store?.db.close();
    store = undefined;
    return undefined;
  },
};

function opened(): OpenStore {
  if (store === undefined) throw new DatabaseError('CLOSED', 'The store is closed.');
  return store;
}

function writeAll(requests: readonly RequestMessage<'write'>[]): void {
  const startedAt = performance.now();
  try {
    const { tables } = opened();
    const results = tables.write(requests.map(({ args }) => args));
    requests.forEach(({ id }, index) => {
      const result = results[index];
      if (result === undefined) return;
      answer('fault' in result ? { id, error: result.fault } : { id, result: result.firsts });
    });
  } catch (error) {
    for (const { id } of requests) answer({ id, error: describe(error, file) });
  }
  store?.tables.upkeep.work(Math.min(MOST_UPKEEP_MS, Math.max(UPKEEP_MS, (performance.now() - startedAt) / 2)));
}

function handle({ id, name, args }: RequestMessage): void {
  try {
    const result = (handlers[name as keyof typeof handlers] as (args: unknown) => unknown)(args);
    answer({ id, result }, isEntries(name, result) ? [result.data.buffer] : []);
  } catch (error) {
    answer({ id, error: describe(error, file) });
  }
}

function isEntries(name: CallName, _result: unknown): _result is EntriesMessage {
  return name === 'read' || name === 'readAt';
}

function answer(message: AnswerMessage, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** Works on while no message waits: one slice a turn of the event loop. */
function setUpkeep(): void {
  if (isUpkeepSet || store === undefined) return;
  isUpkeepSet = true;
  const turn = () => {
    isUpkeepSet = false;
    if (store?.tables.upkeep.work(UPKEEP_MS) === true) setUpkeep();
  };
  const { restMs } = store.tables.upkeep;
  if (restMs > 0) setTimeout(turn, restMs);
  else setImmediate(turn);
}

port.on('message', (first: RequestMessage) => {
  let writes: RequestMessage<'write'>[] = [];
  let bytes = 0;
  const flush = () => {
    if (writes.length > 0) writeAll(writes);
    writes = [];
    bytes = 0;
  };
  for (
    let request: RequestMessage | undefined = first;
    request !== undefined;
    request = receiveMessageOnPort(port)?.message
  ) {
    if (request.name !== 'write') {
      flush();
      handle(request);
      continue;
    }
    const write = request as RequestMessage<'write'>;
    writes.push(write);
    bytes += write.args.data.length;
    if (bytes >= GROUP_BYTES) flush();
  }
  flush();
  setUpkeep();
});
