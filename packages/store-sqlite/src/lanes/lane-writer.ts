import type { WriteMessage } from '../protocol.ts';
import { SegmentBuilder } from '../rows/segment-builder.ts';
import type { Statements } from '../statements.ts';
import type { LaneBook } from './lane-book.ts';
import type { QueueBook } from './queue-book.ts';
import type { TailSegment } from './tail.ts';

/**
 * Does the writes of one lane that share a transaction. What they append goes into common segments,
 * when all have been made.
 */
export class LaneWriter {
  readonly #book: LaneBook;
  readonly #statements: Statements;
  readonly #builder: SegmentBuilder;
  /** Queues whose rows are to be written. */
  readonly #changed = new Set<QueueBook>();

  constructor(book: LaneBook, statements: Statements, segmentBytes: number) {
    this.#book = book;
    this.#builder = new SegmentBuilder(segmentBytes);
    this.#statements = statements;
  }

  /** Returns the positions of the first entry appended to each queue. */
  write({ queues, counts, lengths, data, put, over, remove }: WriteMessage): number[] {
    let entry = 0;
    let start = 0;
    const firsts = queues.map((name, index) => {
      const queue = this.#queueOf(name);
      const { end: first } = queue;
      const count = counts[index] ?? 0;
      const its = lengths.subarray(entry, entry + count);
      const bytes = sum(its);
      if (count > 0) this.#builder.add(queue.id, this.#book.owner, first, data.subarray(start, start + bytes), its);
      entry += count;
      start += bytes;
      queue.end += count;
      queue.bytes += bytes;
      return first;
    });
    for (const [name, from, to] of over) this.#over(name, from, to);
    for (const name of remove) this.#remove(name);
    for (const [key, value] of put) {
      if (value === null) this.#statements.drop.run(this.#book.number, key);
      else this.#statements.put.run(this.#book.number, key, value);
    }
    return firsts;
  }

  /** All writes of the transaction are made. */
  finish(): void {
    for (const { head, data, pieces } of this.#builder.build()) {
      const segment: TailSegment = { id: this.#book.nextSegment, bytes: data.length, pieces: [], livePieces: 0 };
      pieces.forEach(({ queue: queueId, first, count, bytes }, place) => {
        const queue = this.#book.byId.get(queueId);
        const live = queue?.live(first, first + count) ?? 0;
        if (queue === undefined || live === 0) return;
        segment.pieces.push({ segment, queue, place, first, count, bytes, live });
        segment.livePieces += 1;
      });
      // What is over before it was written need not be written.
      if (segment.livePieces === 0) continue;
      this.#statements.addSegment.run(segment.id, head, data);
      this.#book.nextSegment += 1;
      this.#book.tail.add(segment);
      for (const piece of segment.pieces) piece.queue.tail.push(piece);
    }
    for (const queue of this.#changed) {
      this.#statements.setQueue.run(queue.first, queue.end, queue.bytes, queue.id);
      queue.storedEnd = queue.end;
    }
  }

  #queueOf(name: string): QueueBook {
    const found = this.#book.byName.get(name);
    if (found !== undefined) return found;
    const { lastInsertRowid } = this.#statements.addQueue.run(this.#book.number, JSON.stringify(name));
    return this.#book.addQueue({ id: Number(lastInsertRowid), name, first: 0, end: 0, bytes: 0 });
  }

  #over(name: string, from: number, to: number): void {
    const queue = this.#book.byName.get(name);
    if (queue === undefined) return;
    const { dropped, added } = queue.markOver(from, to);
    for (const start of dropped) this.#statements.dropOver.run(queue.id, start);
    if (added !== undefined) this.#statements.addOver.run(queue.id, ...added);
    this.#changed.add(queue);
    for (const piece of queue.tailPieces(from, to)) this.#book.tail.recount(piece);
    queue.trimTail(0);
    this.#book.sweeps.add(queue, from, Math.min(to, queue.indexedBelow));
    this.#book.nothingSparse = false;
  }

  #remove(name: string): void {
    const queue = this.#book.byName.get(name);
    if (queue === undefined) return;
    this.#statements.removeQueue.run(queue.id);
    queue.removed = true;
    this.#book.byName.delete(name);
    this.#changed.delete(queue);
    for (const piece of queue.tail) this.#book.tail.recount(piece);
    queue.tail = [];
    this.#book.removed.push(queue);
    this.#book.nothingSparse = false;
  }
}

function sum(lengths: Uint32Array): number {
  let all = 0;
  for (const length of lengths) all += length;
  return all;
}
