import { createReadStream } from 'node:fs';

/** One line of a file, without its end. */
interface Line {
  /** From 1. */
  readonly number: number;
  /** Undefined when it is longer than the limit. */
  readonly text: string | undefined;
}

const LINE_FEED = 0x0a;

/** The lines of a UTF-8 file. Of a line longer than `maxBytes` nothing is kept, however long it is. */
export async function* readLines(file: string, maxBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > maxBytes) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };
  const end = (): Line => {
    const text = length > maxBytes ? undefined : textOf(pieces).replace(number === 1 ? /^\uFEFF|\r$/g : /\r$/, '');
    pieces = [];
    length = 0;
    return { number: number++, text };
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield end();
}

const textOf = (pieces: readonly Buffer[]): string =>
  pieces.length === 1 ? (pieces[0] as Buffer).toString() : Buffer.concat(pieces).toString();
