import { ElementSplitter } from './element-splitter.ts';
import { LineSplitter, type SplitLine } from './line-splitter.ts';

const BRACKET = 0x5b;
/** What may stand before the bracket: blanks, and the bytes of a byte order mark. */
const LEADING = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

interface Splitter {
  push(chunk: Buffer): Iterable<SplitLine>;
  end(): Iterable<SplitLine>;
}

/** Splits a body that says it is JSON: an array into its elements where it begins with a bracket, else lines. */
export class BodySplitter implements Splitter {
  #splitter: Splitter | undefined;
  #leading: Buffer[] = [];

  *push(chunk: Buffer): Iterable<SplitLine> {
    if (this.#splitter === undefined) {
      const first = chunk.find((byte) => !LEADING.has(byte));
      if (first === undefined) {
        // Blank lines count, so they are kept until it is known whether there are lines; but not without end.
        if (this.#leading.length < 16) this.#leading.push(chunk);
        return;
      }
      this.#splitter = first === BRACKET ? new ElementSplitter() : new LineSplitter();
      for (const blank of this.#leading.splice(0)) yield* this.#splitter.push(blank);
    }
    yield* this.#splitter.push(chunk);
  }

  *end(): Iterable<SplitLine> {
    if (this.#splitter !== undefined) yield* this.#splitter.end();
  }
}
