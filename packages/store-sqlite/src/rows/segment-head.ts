/**
 * The head of a segment says what is in its data. All numbers are little-endian.
 *
 *   0  u32  crc32 of everything behind it in the head
 *   4  u32  number of pieces
 *   8       the pieces, 36 bytes each:
 *             0  f64  queue
 *             8  f64  position of the first entry
 *            16  u32  owner under whose token it was appended
 *            20  u32  number of entries
 *            24  u32  where its data begins
 *            28  u32  bytes of its data
 *            32  u32  crc32 of its data
 *           one u32 for each entry of each piece: where the entry's UTF-8 text ends, counted from
 *           the beginning of the piece's data
 */
import { crc32 } from 'node:zlib';

/** Neighbouring entries of one queue in a segment. */
export interface PieceHead {
  readonly queue: number;
  readonly first: number;
  readonly owner: number;
  readonly count: number;
  readonly start: number;
  readonly bytes: number;
  readonly crc: number;
}

const FIXED = 8;
const PIECE = 36;

/** A piece with the length of each of its texts. */
export type DescribedPiece = PieceHead & { readonly lengths: Uint32Array };

/** The head of a segment with these pieces. */
export function encodeHead(pieces: readonly DescribedPiece[]): Buffer {
  const entries = pieces.reduce((sum, { count }) => sum + count, 0);
  const head = Buffer.allocUnsafe(FIXED + pieces.length * PIECE + entries * 4);
  head.writeUInt32LE(pieces.length, 4);
  let at = FIXED;
  for (const { queue, first, owner, count, start, bytes, crc } of pieces) {
    head.writeDoubleLE(queue, at);
    head.writeDoubleLE(first, at + 8);
    head.writeUInt32LE(owner, at + 16);
    head.writeUInt32LE(count, at + 20);
    head.writeUInt32LE(start, at + 24);
    head.writeUInt32LE(bytes, at + 28);
    head.writeUInt32LE(crc, at + 32);
    at += PIECE;
  }
  for (const { lengths } of pieces) {
    let end = 0;
    for (const length of lengths) {
      end += length;
      at = head.writeUInt32LE(end, at);
    }
  }
  head.writeUInt32LE(crc32(head.subarray(4)), 0);
  return head;
}

/** The head of a stored segment, or undefined when it is damaged. */
export class SegmentHead {
  readonly pieces: readonly PieceHead[];
  readonly #head: Buffer;
  /** Where the ends of each piece's entries stand. */
  readonly #ends: readonly number[];

  private constructor(head: Buffer) {
    this.#head = head;
    const pieces: PieceHead[] = [];
    const ends: number[] = [];
    const count = head.readUInt32LE(4);
    let end = FIXED + count * PIECE;
    for (let at = FIXED; at < FIXED + count * PIECE; at += PIECE) {
      const piece = readPiece(head, at);
      pieces.push(piece);
      ends.push(end);
      end += piece.count * 4;
    }
    this.pieces = pieces;
    this.#ends = ends;
  }

  static decode(head: Buffer): SegmentHead | undefined {
    if (head.length < FIXED || crc32(head.subarray(4)) !== head.readUInt32LE(0)) return undefined;
    return new SegmentHead(head);
  }

  /** Where the text of a piece's entry ends in the piece's data; 0 for the one before the first. */
  endOf(place: number, entry: number): number {
    return entry < 0 ? 0 : this.#head.readUInt32LE((this.#ends[place] ?? 0) + entry * 4);
  }

  /** Lengths of neighbouring texts of a piece. */
  lengthsOf(place: number, from: number, to: number): Uint32Array {
    const lengths = new Uint32Array(to - from);
    let before = this.endOf(place, from - 1);
    for (let entry = from; entry < to; entry += 1) {
      const end = this.endOf(place, entry);
      lengths[entry - from] = end - before;
      before = end;
    }
    return lengths;
  }
}

function readPiece(head: Buffer, at: number): PieceHead {
  return {
    queue: head.readDoubleLE(at),
    first: head.readDoubleLE(at + 8),
    owner: head.readUInt32LE(at + 16),
    count: head.readUInt32LE(at + 20),
    start: head.readUInt32LE(at + 24),
    bytes: head.readUInt32LE(at + 28),
    crc: head.readUInt32LE(at + 32),
  };
}
