import type Sqlite from 'better-sqlite3';
import type { LaneBook } from './lanes/lane-book.ts';
import { loadLane } from './lanes/load-lane.ts';
import { Ranges } from './lanes/ranges.ts';
import { SegmentCache } from './rows/segment-cache.ts';
import { laneOfSegment, segmentIdsOf } from './rows/segment-ids.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { structureFaults } from './structure.ts';

/** Positions of each queue whose text was found and is whole. */
type Whole = Map<number, Ranges>;

/**
 * What SQLite and the store itself find wrong with a file, in sentences; none when all is well.
 * Reads all of it.
 */
export function findFaults(db: Sqlite.Database, lanes: number): string[] {
  const faults = db
    .prepare<[], string>('PRAGMA integrity_check')
    .pluck()
    .all()
    .filter((text) => text !== 'ok');
  const statements = prepareStatements(db);
  for (let lane = 0; lane < lanes; lane += 1) {
    try {
      faults.push(...structureFaults(db, lane), ...faultsOfLane(statements, loadLane(statements, lane)));
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  return faults;
}

function faultsOfLane(statements: Statements, book: LaneBook): string[] {
  const faults: string[] = [];
  const whole: Whole = new Map();
  const { arrivals, end } = segmentIdsOf(book.number);
  for (const id of statements.segmentIds.all(arrivals, end)) addWhole(statements, book, id, whole, faults);
  for (const queue of book.byName.values()) {
    const found = whole.get(queue.id) ?? new Ranges();
    for (let position = queue.nextLive(queue.first); position < queue.end; position = queue.nextLive(position)) {
      const next = Math.min(queue.nextOver(position, queue.end), found.firstOutside(position));
      if (next > position) {
        position = next;
        continue;
      }
      const to = Math.min(queue.nextOver(position, queue.end), found.firstInside(position));
      faults.push(
        `Lane ${book.number}: the entries at positions ${position} to ${to - 1} of queue ${JSON.stringify(queue.name)} are damaged or missing.`,
      );
      position = to;
    }
  }
  return faults;
}

/** Notes the pieces of a segment that can be read. */
function addWhole(statements: Statements, book: LaneBook, id: number, whole: Whole, faults: string[]): void {
  try {
    const segment = new SegmentCache(statements, 0).load(id);
    segment.head.pieces.forEach(({ queue, first, count }, place) => {
      if (count === 0 || !isKnown(statements, book, id, queue, first)) return;
      try {
        segment.pieceData(place, queue, first);
      } catch {
        // The queue's own check names the positions.
        return;
      }
      const ranges = whole.get(queue) ?? new Ranges();
      whole.set(queue, ranges);
      ranges.add(first, first + count);
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    faults.push(`Lane ${laneOfSegment(id)}: segment ${id} cannot be read: ${why}.`);
  }
}

/** Whether a piece would be found: in the tail, or by its row. */
function isKnown(statements: Statements, book: LaneBook, segment: number, queue: number, first: number): boolean {
  const inTail = segment >= book.tailStart && segment < segmentIdsOf(book.number).copies;
  return inTail || statements.piece.get(queue, first)?.segment === segment;
}
