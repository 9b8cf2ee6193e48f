/** Every statement of the store, each with one home. Runs in the worker thread. */
import type Sqlite from 'better-sqlite3';
import type { OwnedLane, PartMessage, SegmentMessage, WriteResult } from './protocol.ts';

/** Free pages at which some are given back to the system, and how many at a time. */
const FREE_PAGES = 4096;
const FREE_STEP = 512;

interface LaneRow {
  id: number;
  epoch: number;
  low_water: number;
  end: number;
}

interface SegmentRow {
  id: number;
  count: number;
  lengths: Buffer;
  data: string;
}

/** Positions of a lane, as segment ids: a lane's begin at its id times this. Ids stay whole numbers for 8,191 lanes. */
const SPAN = 2 ** 40;

export class LaneTables {
  readonly #db: Sqlite.Database;
  /** The lanes' rows, as they stand once the running transaction commits. */
  readonly #lanes = new Map<number, LaneRow>();
  readonly #statements;

  constructor(db: Sqlite.Database) {
    this.#db = db;
    this.#statements = {
      addLane: db.prepare('INSERT INTO lane (log, lane) VALUES (?, ?) ON CONFLICT DO NOTHING'),
      takeLane: db.prepare(
        'UPDATE lane SET epoch = epoch + 1 WHERE log = ? AND lane = ? RETURNING id, epoch, low_water, end',
      ),
      moveLane: db.prepare('UPDATE lane SET low_water = ?, end = ? WHERE id = ?'),
      // The bytes are UTF-8 already: the cast only says so.
      addSegment: db.prepare('INSERT INTO segment VALUES (?, ?, ?, CAST(? AS TEXT))'),
      dropSegments: db.prepare('DELETE FROM segment WHERE id >= ? AND id < ? AND id + count <= ?'),
      segmentAt: db.prepare('SELECT max(id) FROM segment WHERE id >= ? AND id <= ?').pluck(),
      lastSegment: db.prepare('SELECT id, count FROM segment WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1'),
      segments: db.prepare('SELECT id, count, lengths, data FROM segment WHERE id >= ? AND id < ? ORDER BY id'),
      put: db.prepare('INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
      drop: db.prepare('DELETE FROM state WHERE lane = ? AND key = ?'),
      scan: db
        .prepare('SELECT key, value FROM state WHERE lane = ? AND key > ? AND key < ? ORDER BY key LIMIT ?')
        .raw(),
      get: db.prepare('SELECT value FROM state WHERE lane = ? AND key = ?').pluck(),
    };
  }

  own(log: string, lane: number): OwnedLane {
    this.#statements.addLane.run(log, lane);
    const row = this.#statements.takeLane.get(log, lane) as LaneRow;
    const base = baseOf(row.id);
    const last = this.#statements.lastSegment.get(base, base + SPAN) as SegmentRow | undefined;
    if (last !== undefined) row.end = Math.max(row.end, last.id - base + last.count);
    this.#lanes.set(row.id, row);
    return { laneId: row.id, epoch: row.epoch, lowWater: row.low_water, end: row.end };
  }

  /**
   * Does several writes in one transaction, hence one flush to disk. When that fails, none of them is done, and the lanes have to be
   * owned anew: whatever was sent before its sender knew must not go in behind a gap.
   */
  write(writes: readonly (readonly PartMessage[])[]): WriteResult[] {
    try {
      return this.#db.transaction(() => writes.map((parts) => this.#writeOne(parts))).immediate();
    } catch (error) {
      for (const { laneId } of writes.flat()) this.#lanes.delete(laneId);
      throw error;
    }
  }

  #writeOne(parts: readonly PartMessage[]): WriteResult {
    const stale = parts.find(({ laneId, epoch }) => this.#lanes.get(laneId)?.epoch !== epoch);
    if (stale !== undefined) return { fenced: stale.laneId };
    return { firsts: parts.map((part) => this.#writePart(part)) };
  }

  #writePart({ laneId, data, lengths, put, lowWater }: PartMessage): number {
    const row = this.#lanes.get(laneId) as LaneRow;
    const first = row.end;
    if (lengths.length > 0) {
      this.#statements.addSegment.run(baseOf(laneId) + first, lengths.length, bytesOf(lengths), bytesOf(data));
      row.end += lengths.length;
    }
    for (const [key, value] of put) {
      if (value === null) this.#statements.drop.run(laneId, key);
      else this.#statements.put.run(laneId, key, value);
    }
    if (lowWater !== undefined && lowWater > row.low_water) {
      const mark = baseOf(laneId) + lowWater;
      row.low_water = lowWater;
      this.#statements.dropSegments.run(baseOf(laneId), mark, mark);
      // The end as well: when all segments are gone, nothing else knows it.
      this.#statements.moveLane.run(row.low_water, row.end, laneId);
    }
    return first;
  }

  read(laneId: number, from: number, maxBytes: number): SegmentMessage[] {
    const base = baseOf(laneId);
    const first = (this.#statements.segmentAt.get(base, base + from) as number | null) ?? base;
    const found: SegmentMessage[] = [];
    let size = 0;
    for (const row of this.#statements.segments.iterate(first, base + SPAN) as IterableIterator<SegmentRow>) {
      if (row.id - base + row.count <= from) continue;
      if (found.length > 0 && size + row.data.length > maxBytes) break;
      size += row.data.length;
      found.push({ first: row.id - base, lengths: uint32s(row.lengths), data: row.data });
    }
    return found;
  }

  scan(laneId: number, prefix: string, after: string | undefined, limit: number): [string, string][] {
    // State keys are compared as text; U+10FFFF follows everything that begins with the prefix.
    const from = after ?? `${prefix.slice(0, -1)}${before(prefix.at(-1))}`;
    return this.#statements.scan.all(laneId, from, `${prefix}\u{10FFFF}`, limit) as [string, string][];
  }

  get(laneId: number, key: string): string | undefined {
    return this.#statements.get.get(laneId, key) as string | undefined;
  }

  /** Gives some of the file's free space back to the system, a little at a time. */
  shrink(): void {
    if ((this.#db.pragma('freelist_count', { simple: true }) as number) < FREE_PAGES) return;
    this.#db.pragma(`incremental_vacuum(${FREE_STEP})`);
  }

  /** What SQLite and the tables themselves find wrong; empty when all is well. */
  faults(): string[] {
    const faults = (this.#db.pragma('integrity_check') as { integrity_check: string }[])
      .map((row) => row.integrity_check)
      .filter((text) => text !== 'ok');
    const gaps = this.#db
      .prepare(
        `SELECT l.log, l.lane, next.first FROM lane l JOIN (
           SELECT id / ${SPAN} AS lane, id % ${SPAN} AS first, lag(id + count) OVER (ORDER BY id) AS expected, id FROM segment
         ) next ON next.lane = l.id WHERE next.expected / ${SPAN} = l.id AND next.expected <> next.id`,
      )
      .all() as { log: string; lane: number; first: number }[];
    for (const { log, lane, first } of gaps)
      faults.push(`Entries are missing before position ${first} of lane ${lane} of log "${log}".`);
    return faults;
  }
}

/** The same bytes as what SQLite takes for a blob. */
function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function baseOf(laneId: number): number {
  return laneId * SPAN;
}

/** The character just below, so that `key > from` still finds a key equal to the prefix. */
function before(character: string | undefined): string {
  return character === undefined ? '' : String.fromCharCode(character.charCodeAt(0) - 1);
}

function uint32s(bytes: Buffer): Uint32Array {
  const copy = new Uint32Array(bytes.byteLength / 4);
  Buffer.from(copy.buffer).set(bytes);
  return copy;
}
