import { crc32 } from 'node:zlib';
import { type DescribedPiece, encodeHead } from './segment-head.ts';

/** A run of entries up to this part of a segment is not cut at its end. */
const WHOLE_PART = 1 / 4;
/** What an entry and a piece take in the head. */
const ENTRY_BYTES = 4;
const PIECE_BYTES = 36;

/** Neighbouring entries of one queue, appended under one token. */
interface Run {
  readonly queue: number;
  readonly owner: number;
  readonly first: number;
  count: number;
  bytes: number;
  readonly data: Uint8Array[];
  readonly lengths: Uint32Array[];
}

/** A segment, ready to be stored. */
export interface BuiltSegment {
  readonly head: Buffer;
  readonly data: Buffer;
  readonly pieces: readonly DescribedPiece[];
}

/**
 * Collects entries of many queues and packs them into segments. Entries of one queue that come one
 * after another become one piece.
 */
export class SegmentBuilder {
  readonly #runs: Run[] = [];
  /** The run of each queue that may go on. */
  readonly #open = new Map<number, Run>();
  readonly #fullBytes: number;
  #bytes = 0;

  /** A segment with so many bytes is full. */
  constructor(fullBytes: number) {
    this.#fullBytes = fullBytes;
  }

  /** UTF-8 bytes of all that was added. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds entries of a queue from position `first` on: their UTF-8 texts behind one another, and the
   * length of each.
   */
  add(queue: number, owner: number, first: number, data: Uint8Array, lengths: Uint32Array): void {
    this.#bytes += data.length;
    const open = this.#open.get(queue);
    if (open !== undefined && open.owner === owner && open.first + open.count === first) {
      open.count += lengths.length;
      open.bytes += data.length;
      open.data.push(data);
      open.lengths.push(lengths);
      return;
    }
    const run = { queue, owner, first, count: lengths.length, bytes: data.length, data: [data], lengths: [lengths] };
    this.#runs.push(run);
    this.#open.set(queue, run);
  }

  /** What was added, packed. */
  *build(): Generator<BuiltSegment> {
    const full = this.#fullBytes;
    let row = new Row();
    for (const run of this.#runs) {
      const data = joined(run.data, run.bytes);
      const lengths = joinedLengths(run.lengths, run.count);
      let entry = 0;
      let start = 0;
      while (entry < run.count) {
        const rest = run.bytes - start + (run.count - entry) * ENTRY_BYTES;
        const room = rest <= full * WHOLE_PART ? Number.POSITIVE_INFINITY : full - row.size;
        if (row.size > 0 && (row.size >= full || sizeOf(lengths[entry]) > room)) {
          yield row.finish();
          row = new Row();
          continue;
        }
        const { count, bytes } = fitting(lengths, entry, room);
        row.add(run, run.first + entry, data.subarray(start, start + bytes), lengths.subarray(entry, entry + count));
        entry += count;
        start += bytes;
      }
    }
    if (row.pieceCount > 0) yield row.finish();
  }
}

/** A segment in the making. */
class Row {
  /** Bytes of data and head. */
  size = 0;
  #bytes = 0;
  readonly #pieces: DescribedPiece[] = [];
  readonly #data: Uint8Array[] = [];

  get pieceCount(): number {
    return this.#pieces.length;
  }

  add({ queue, owner }: Run, first: number, data: Uint8Array, lengths: Uint32Array): void {
    this.#pieces.push({
      queue,
      owner,
      first,
      count: lengths.length,
      start: this.#bytes,
      bytes: data.length,
      crc: crc32(data),
      lengths,
    });
    this.#data.push(data);
    this.#bytes += data.length;
    this.size += data.length + lengths.length * ENTRY_BYTES + PIECE_BYTES;
  }

  finish(): BuiltSegment {
    return { head: encodeHead(this.#pieces), data: joined(this.#data, this.#bytes), pieces: this.#pieces };
  }
}

/** How many texts from one on have room, at least one. */
function fitting(lengths: Uint32Array, from: number, room: number): { count: number; bytes: number } {
  let count = 0;
  let bytes = 0;
  let size = 0;
  for (let entry = from; entry < lengths.length; entry += 1) {
    const length = lengths[entry] ?? 0;
    size += sizeOf(length);
    if (count > 0 && size > room) break;
    count += 1;
    bytes += length;
  }
  return { count, bytes };
}

function sizeOf(length = 0): number {
  return length + ENTRY_BYTES;
}

function joined(parts: readonly Uint8Array[], bytes: number): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
    : Buffer.concat(parts, bytes);
}

function joinedLengths(parts: readonly Uint32Array[], count: number): Uint32Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = new Uint32Array(count);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
