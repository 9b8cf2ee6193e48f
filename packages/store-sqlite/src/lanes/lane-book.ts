import type { StoreFault } from '../store-fault.ts';
import { QueueBook, type QueueRow } from './queue-book.ts';
import { Sweeps } from './sweeps.ts';
import { Tail } from './tail.ts';

/**
 * What is known of an owned lane in memory. It follows what was committed: after a failed
 * transaction it is read anew.
 *
 * Where a segment stands, and how it moves on:
 *
 *   written ─▶ tail (known by its head alone) ─▶ deleted, when nothing of it lives
 *                                             ─▶ shelf (its live pieces in the table `piece`)
 *
 *   shelf ─▶ deleted, when nothing of it lives
 *         ─▶ copied forward by compaction: its live pieces go into another segment of the shelf
 *
 * Invariants:
 * - `QueueBook.first` and `over` say which entries live. They are durable with the write that
 *   changed them. Everything else (counts of live entries, rows of pieces) follows later and can be
 *   derived anew from them.
 * - Every live entry is in exactly one piece: of a segment of the tail, or of a row in `piece`
 *   whose segment has a row in `shelf`.
 * - A queue's row knows its end before a segment that shows that end is deleted or leaves the tail.
 */
export class LaneBook {
  readonly number: number;
  /** Row of the present owner. */
  owner = 0;
  /** Batch tokens of owners by row. */
  readonly tokens = new Map<number, string>();
  readonly byName = new Map<string, QueueBook>();
  readonly byId = new Map<number, QueueBook>();
  readonly tail = new Tail();
  readonly sweeps = new Sweeps();
  /** Removed queues that still have rows. */
  readonly removed: QueueBook[] = [];
  /** Ids of the next segments: of a write, of compaction. */
  nextSegment: number;
  nextCopy: number;
  /** The lane's row: see the schema. */
  tailStart: number;
  stored: number;
  live: number;
  /** Whether segments are leaving the tail until it is well below its limits. */
  shelving = false;
  /** Compaction looks behind this segment next; from the first on when undefined. */
  compactedTo: number | undefined;
  /** Whether it copied something on its present way through the shelf. */
  sparseSeen = false;
  /** Whether it found nothing to copy; false again when something has ended. */
  nothingSparse = false;
  /** Why the lane takes no more writes until it is owned anew. */
  failed: StoreFault | undefined;

  constructor(given: {
    number: number;
    nextSegment: number;
    nextCopy: number;
    tailStart: number;
    stored: number;
    live: number;
  }) {
    this.number = given.number;
    this.nextSegment = given.nextSegment;
    this.nextCopy = given.nextCopy;
    this.tailStart = given.tailStart;
    this.stored = given.stored;
    this.live = given.live;
  }

  addQueue(row: QueueRow): QueueBook {
    const queue = new QueueBook(row);
    this.byId.set(queue.id, queue);
    this.byName.set(queue.name, queue);
    return queue;
  }

  /** Whether no entry lives: then no earlier owner matters. */
  get isEmpty(): boolean {
    for (const { first, end } of this.byName.values()) if (first < end) return false;
    return true;
  }
}
