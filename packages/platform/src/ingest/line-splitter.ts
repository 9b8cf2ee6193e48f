/** Longest line of an upload, in bytes without its end. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** One line of a stream: its number from 1, and its bytes, which are missing when it was too long to be kept. */
export interface SplitLine {
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const TAB = 9;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits a stream of bytes into lines, whatever its chunks. Lines end with LF or CRLF; the last one may have no end.
 * A byte order mark at the start is dropped, blank lines are counted and left out. Holds at most one line.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #number = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(maxBytes = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this chunk. */
  *push(chunk: Buffer): Generator<SplitLine> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const isEmpty = end === start && this.#pendingBytes === 0;
      if (!isEmpty) this.#hold(chunk.subarray(start, end));
      start = end + 1;
      // A few kilobytes unpack to millions of empty lines; they cost next to nothing.
      if (isEmpty) this.#number += 1;
      else yield* this.#take();
    }
    this.#hold(chunk.subarray(start));
  }

  /** The last line, when the stream did not end with a line feed. */
  *end(): Generator<SplitLine> {
    if (this.#pendingBytes > 0) yield* this.#take();
  }

  #hold(bytes: Buffer): void {
    this.#pendingBytes += bytes.length;
    // A CR before the end does not count, so a line may be one byte over until its end is known.
    if (this.#pendingBytes > this.#maxBytes + 1 + BYTE_ORDER_MARK.length) this.#pending = [];
    else if (bytes.length > 0) this.#pending.push(bytes);
  }

  *#take(): Generator<SplitLine> {
    const cut = this.#pendingBytes > this.#maxBytes + 1 + BYTE_ORDER_MARK.length;
    const bytes = cut ? undefined : this.#join();
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#number += 1;
    if (bytes === undefined || bytes.length > this.#maxBytes) yield { number: this.#number, bytes: undefined };
    else if (!isBlank(bytes)) yield { number: this.#number, bytes };
  }

  #join(): Buffer {
    let bytes = this.#pending.length === 1 ? (this.#pending[0] as Buffer) : Buffer.concat(this.#pending);
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    return this.#number === 0 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === SPACE || byte === TAB);
}
