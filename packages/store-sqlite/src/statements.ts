/** Every statement of the store, each with one home. Runs in the worker thread. */
import type Sqlite from 'better-sqlite3';
import type { QueueRow } from './lanes/queue-book.ts';

export interface LaneRow {
  readonly tail: number;
  readonly stored: number;
  readonly live: number;
}

export interface PieceRow {
  readonly first: number;
  readonly count: number;
  readonly live: number;
  readonly bytes: number;
  readonly segment: number;
  readonly place: number;
}

export interface ShelfRow {
  readonly segment: number;
  readonly pieces: number;
  readonly bytes: number;
  readonly live: number;
}

export interface SegmentRow {
  readonly id: number;
  readonly head: Buffer;
  readonly bytes: number;
}

const PIECE_COLUMNS = 'first, count, live, bytes, segment, place';

export type Statements = ReturnType<typeof prepareStatements>;

/** Prepares them all. */
export function prepareStatements(db: Sqlite.Database) {
  return {
    lane: db.prepare<[number], LaneRow>('SELECT tail, stored, live FROM lane WHERE number = ?'),
    addLane: db.prepare('INSERT INTO lane (number, tail) VALUES (?, ?)'),
    setLane: db.prepare('UPDATE lane SET tail = ?, stored = ?, live = ? WHERE number = ?'),

    addOwner: db.prepare('INSERT INTO owner (lane, token) VALUES (?, ?)'),
    owners: db.prepare<[number], { id: number; token: string }>('SELECT id, token FROM owner WHERE lane = ?'),
    dropOwners: db.prepare('DELETE FROM owner WHERE lane = ?'),

    addQueue: db.prepare('INSERT INTO queue (lane, name) VALUES (?, ?)'),
    setQueue: db.prepare('UPDATE queue SET first = ?, end = ?, bytes = ? WHERE id = ?'),
    removeQueue: db.prepare('UPDATE queue SET removed = 1 WHERE id = ?'),
    dropQueue: db.prepare('DELETE FROM queue WHERE id = ?'),
    queues: db.prepare<[number], QueueRow & { removed: number }>(
      'SELECT id, name, first, end, bytes, removed FROM queue WHERE lane = ?',
    ),

    addOver: db.prepare('INSERT INTO over VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET stop = excluded.stop'),
    dropOver: db.prepare('DELETE FROM over WHERE queue = ? AND start = ?'),
    dropSomeOver: db.prepare<[{ queue: number; most: number }]>(
      'DELETE FROM over WHERE queue = @queue AND start IN (SELECT start FROM over WHERE queue = @queue LIMIT @most)',
    ),
    overs: db.prepare<[number], { queue: number; start: number; stop: number }>(
      `SELECT over.queue, over.start, over.stop FROM queue JOIN over ON over.queue = queue.id WHERE queue.lane = ?
       ORDER BY over.queue, over.start`,
    ),

    addSegment: db.prepare('INSERT INTO segment VALUES (?, ?, ?)'),
    dropSegment: db.prepare('DELETE FROM segment WHERE id = ?'),
    segment: db.prepare<[number], { head: Buffer; data: Buffer }>('SELECT head, data FROM segment WHERE id = ?'),
    segmentHeads: db.prepare<[number, number], SegmentRow>(
      'SELECT id, head, length(data) AS bytes FROM segment WHERE id >= ? AND id < ? ORDER BY id',
    ),
    segmentIds: db
      .prepare<[number, number], number>('SELECT id FROM segment WHERE id >= ? AND id < ? ORDER BY id')
      .pluck(),
    lastSegment: db
      .prepare<[number, number], number | null>('SELECT max(id) FROM segment WHERE id >= ? AND id < ?')
      .pluck(),

    addPiece: db.prepare('INSERT INTO piece VALUES (?, ?, ?, ?, ?, ?, ?)'),
    setPieceLive: db.prepare('UPDATE piece SET live = ? WHERE queue = ? AND first = ?'),
    dropPiece: db.prepare('DELETE FROM piece WHERE queue = ? AND first = ?'),
    piece: db.prepare<[number, number], PieceRow>(`SELECT ${PIECE_COLUMNS} FROM piece WHERE queue = ? AND first = ?`),
    pieceAt: db.prepare<[number, number], PieceRow>(
      `SELECT ${PIECE_COLUMNS} FROM piece WHERE queue = ? AND first <= ? ORDER BY first DESC LIMIT 1`,
    ),
    piecesFrom: db.prepare<[number, number, number, number], PieceRow>(
      `SELECT ${PIECE_COLUMNS} FROM piece WHERE queue = ? AND first >= ? AND first < ? ORDER BY first LIMIT ?`,
    ),

    addShelf: db.prepare('INSERT INTO shelf VALUES (?, ?, ?, ?)'),
    changeShelf: db.prepare<[number, number, number], ShelfRow>(
      'UPDATE shelf SET pieces = pieces - ?, live = live - ? WHERE segment = ? RETURNING segment, pieces, bytes, live',
    ),
    dropShelf: db.prepare('DELETE FROM shelf WHERE segment = ?'),
    shelvesFrom: db.prepare<[number, number, number], ShelfRow>(
      'SELECT segment, pieces, bytes, live FROM shelf WHERE segment > ? AND segment < ? ORDER BY segment LIMIT ?',
    ),

    put: db.prepare('INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
    drop: db.prepare('DELETE FROM state WHERE lane = ? AND key = ?'),
    scan: db
      .prepare<[number, string, string, number], [string, string]>(
        'SELECT key, value FROM state WHERE lane = ? AND key > ? AND key < ? ORDER BY key LIMIT ?',
      )
      .raw(),
    scanFrom: db
      .prepare<[number, string, string, number], [string, string]>(
        'SELECT key, value FROM state WHERE lane = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
      )
      .raw(),
    get: db.prepare<[number, string], string>('SELECT value FROM state WHERE lane = ? AND key = ?').pluck(),
  };
}
