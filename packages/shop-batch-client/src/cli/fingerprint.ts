import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-code.ts';

/** What tells an input file from any other. */
export interface Fingerprint {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Reads a file once, as a whole. @throws CommandError when it cannot be read, or is not UTF-8: anything else would be sent
 * with other characters than it has.
 */
export async function fingerprint(file: string): Promise<Fingerprint> {
  const hash = createHash('sha256');
  const text = new TextCheck();
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      if (!text.accepts(chunk)) throw notUtf8(file, text.line);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(EXIT.unusable, `${file} cannot be read (${code ?? 'no code'})`);
  }
  if (!text.ends()) throw notUtf8(file, text.line);
  return { bytes, sha256: hash.digest('hex') };
}

const notUtf8 = (file: string, line: number) =>
  new CommandError(EXIT.unusable, `${file} is not UTF-8 (line ${line}): save or convert it as UTF-8`);

const LINE_FEED = 0x0a;

/** Checks a text that comes in pieces, which may be cut in the middle of a character or line. */
class TextCheck {
  /** The line that is being read, from 1; the wrong one once something was not accepted. */
  line = 1;
  #rest: Buffer = Buffer.alloc(0);

  accepts(chunk: Buffer): boolean {
    const text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = text.length - lengthOfCutCharacter(text);
    this.#rest = text.subarray(whole);
    return this.#isText(text.subarray(0, whole));
  }

  /** Whether nothing is left over. */
  ends(): boolean {
    return this.#rest.length === 0;
  }

  #isText(text: Buffer): boolean {
    const isText = isUtf8(text);
    let from = 0;
    for (let at = text.indexOf(LINE_FEED); at >= 0; at = text.indexOf(LINE_FEED, from)) {
      if (!isText && !isUtf8(text.subarray(from, at))) return false;
      this.line += 1;
      from = at + 1;
    }
    return isText;
  }
}

/** How many bytes at the end are the beginning of a character: up to 3. */
function lengthOfCutCharacter(text: Buffer): number {
  for (let length = 1; length <= Math.min(3, text.length); length += 1) {
    const byte = text[text.length - length] as number;
    if (byte < 0x80) return 0;
    // The first byte says how many follow.
    if (byte >= 0xc0) return length < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length : 0;
  }
  return 0;
}
