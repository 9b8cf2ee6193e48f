import { crc32 } from 'node:zlib';
import type { Statements } from '../statements.ts';
import { SegmentHead } from './segment-head.ts';

/** Why a piece cannot be read. Its lane, queue and position are added where they are known. */
export class DamagedSegment extends Error {}

/** A segment that was read. Its data is checked piece by piece, when a piece is first used. */
export class LoadedSegment {
  readonly head: SegmentHead;
  readonly data: Buffer;
  readonly size: number;
  readonly #checked: Uint8Array;

  constructor(head: SegmentHead, data: Buffer, size: number) {
    this.head = head;
    this.data = data;
    this.size = size;
    this.#checked = new Uint8Array(head.pieces.length);
  }

  /**
   * Data of a piece, which has to be the one at this position of this queue.
   *
   * @throws DamagedSegment
   */
  pieceData(place: number, queue: number, first: number): Buffer {
    const piece = this.head.pieces[place];
    if (piece === undefined || piece.queue !== queue || piece.first !== first) {
      throw new DamagedSegment('its segment has something else in its place');
    }
    const data = this.data.subarray(piece.start, piece.start + piece.bytes);
    if (this.#checked[place] === 0) {
      if (data.length !== piece.bytes || crc32(data) !== piece.crc) throw new DamagedSegment('its checksum is wrong');
      this.#checked[place] = 1;
    }
    return data;
  }
}

/**
 * The segments read last, so that a segment whose entries are asked for one batch after another is
 * read once.
 */
export class SegmentCache {
  readonly #statements: Statements;
  readonly #maxBytes: number;
  /** In the order of their last use. */
  readonly #segments = new Map<number, LoadedSegment>();
  #bytes = 0;

  /** Keeps heads and data of about so many bytes. */
  constructor(statements: Statements, maxBytes: number) {
    this.#statements = statements;
    this.#maxBytes = maxBytes;
  }

  /** @throws DamagedSegment, or what SQLite throws. */
  get(id: number): LoadedSegment {
    const found = this.#segments.get(id);
    if (found !== undefined) {
      this.#segments.delete(id);
      this.#segments.set(id, found);
      return found;
    }
    const loaded = this.load(id);
    this.#segments.set(id, loaded);
    this.#bytes += loaded.size;
    for (const [oldest, { size }] of this.#segments) {
      if (this.#bytes <= this.#maxBytes || oldest === id) break;
      this.#segments.delete(oldest);
      this.#bytes -= size;
    }
    return loaded;
  }

  /** As `get`, for what will not be asked for again. */
  load(id: number): LoadedSegment {
    const row = this.#statements.segment.get(id);
    if (row === undefined) throw new DamagedSegment('its segment is missing');
    const head = SegmentHead.decode(row.head);
    if (head === undefined) throw new DamagedSegment("the checksum of its segment's head is wrong");
    return new LoadedSegment(head, row.data, row.head.length + row.data.length);
  }

  /** Forgets a segment that was deleted. */
  forget(id: number): void {
    this.#bytes -= this.#segments.get(id)?.size ?? 0;
    this.#segments.delete(id);
  }

  clear(): void {
    this.#segments.clear();
    this.#bytes = 0;
  }
}
