import { PlatformError } from '../platform-error.ts';
import { MAX_LINE_BYTES, type SplitLine } from './line-splitter.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const ARRAY_BEGIN = 0x5b;
const ARRAY_END = 0x5d;
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * States: before the array ─[─▶ at an element's beginning ─▶ inside one ─▶ behind it ─,─▶ at the next … ─]─▶ after the array.
 */
type State = 'before' | 'first' | 'beginning' | 'inside' | 'behind' | 'after';

/**
 * Splits the bytes of one JSON array into its elements, whatever its chunks, as `LineSplitter` does with lines: numbered
 * from 1, holding at most one. Elements are only told apart here; whether each is JSON is for its reader to say.
 */
export class ElementSplitter {
  readonly #maxBytes: number;
  #state: State = 'before';
  #number = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(maxBytes = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The elements that end in this chunk. @throws PlatformError `INVALID` where the array is none. */
  *push(chunk: Buffer): Generator<SplitLine> {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (this.#state === 'inside') {
        if (!this.#endsElement(byte)) continue;
        this.#hold(chunk.subarray(start, at));
        yield this.#take();
        this.#state = 'behind';
      }
      if (BLANK.has(byte)) continue;
      this.#state = this.#between[this.#state as Exclude<State, 'inside'>](byte);
      // What begins here may be over with the next byte, which must be looked at too.
      if ((this.#state as State) === 'inside') {
        start = at;
        this.#endsElement(byte);
      }
    }
    if (this.#state === 'inside') this.#hold(chunk.subarray(start));
  }

  /** @throws PlatformError `INVALID` when the array is not closed. */
  end(): SplitLine[] {
    if (this.#state !== 'after' && this.#state !== 'before') {
      throw fault(`the array is not closed after element ${this.#number}`);
    }
    return [];
  }

  /** What a byte that is in no element leads to. */
  readonly #between: Record<Exclude<State, 'inside'>, (byte: number) => State> = {
    // Only ever asked about a bracket, or the byte order mark before it.
    before: (byte) => (byte === ARRAY_BEGIN ? 'first' : 'before'),
    first: (byte) => (byte === ARRAY_END ? 'after' : this.#begin(byte)),
    beginning: (byte) => this.#begin(byte),
    behind: (byte) => {
      if (byte === COMMA) return 'beginning';
      if (byte === ARRAY_END) return 'after';
      throw fault(`there is no comma after element ${this.#number}`);
    },
    after: () => {
      throw fault('something follows the array');
    },
  };

  #begin(byte: number): State {
    if (byte === COMMA || byte === ARRAY_END) throw fault(`element ${this.#number + 1} is missing`);
    return 'inside';
  }

  /** Whether a byte is the first behind the element. */
  #endsElement(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (OPENING.has(byte)) this.#depth += 1;
    else if (this.#depth === 0) return byte === COMMA || byte === ARRAY_END || BLANK.has(byte);
    else if (CLOSING.has(byte)) this.#depth -= 1;
    return false;
  }

  #hold(bytes: Buffer): void {
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > this.#maxBytes) this.#pending = [];
    else if (bytes.length > 0) this.#pending.push(bytes);
  }

  #take(): SplitLine {
    const bytes = this.#pendingBytes > this.#maxBytes ? undefined : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#number += 1;
    return { number: this.#number, bytes };
  }
}

function fault(what: string): PlatformError {
  return new PlatformError(
    'INVALID',
    `The request body is no JSON array of updates: ${what}. The elements before that are taken in.`,
  );
}
