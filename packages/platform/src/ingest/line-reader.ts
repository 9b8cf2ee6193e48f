import { PlatformError } from '../platform-error.ts';
import { ThreadClient } from '../thread/thread-client.ts';
import type { LineReaderCalls } from './line-reader-protocol.ts';
import type { SplitLine } from './line-splitter.ts';
import { type LineFault, type ReadLines, readLines, TOO_LONG } from './read-lines.ts';

/** Fewer bytes are read sooner here than by another thread. */
const WORTH_A_CALL_BYTES = 16 * 1024;
/** No update is as short as this. What is wrong with such lines is told sooner here too, and to send it costs many times their bytes. */
const SHORT_BYTES = 48;

/**
 * Reads lines of uploads in a thread of its own, so that the event loop is free for plugins meanwhile. It starts with the first large
 * upload.
 */
export class LineReader {
  #client: ThreadClient<LineReaderCalls> | undefined;
  #closed = false;

  /** What some lines are; `now` is for updates without a `ts`. @throws PlatformError `UNAVAILABLE` when the thread is gone. */
  async read(lines: readonly SplitLine[], now: number): Promise<ReadLines> {
    let size = 0;
    for (const { bytes } of lines) size += bytes?.length ?? 0;
    const worthACall = Math.max(WORTH_A_CALL_BYTES, lines.length * SHORT_BYTES);
    if (size < worthACall || this.#closed) return readLines(lines, now);
    const kept = lines.filter(({ bytes }) => bytes !== undefined);
    const request = { ...pack(kept, size), now };
    this.#client ??= new ThreadClient({ beside: import.meta.url, file: 'line-reader-worker', of: 'line reader' });
    const client = this.#client;
    const { users, texts, faults } = await client
      .call('read', request, [request.bytes.buffer, request.ends.buffer])
      .catch(() => this.#gone(client));
    return {
      updates: users.map((user, index) => ({ user, text: texts[index] as string })),
      faults: merged(
        faults.map(([place, path, message]) => ({ line: (kept[place] as SplitLine).number, path, message })),
        lines,
      ),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end();
  }

  /** The next upload gets a new thread. */
  #gone(client: ThreadClient<LineReaderCalls>): never {
    if (this.#client === client) this.#client = undefined;
    throw new PlatformError('UNAVAILABLE', 'The upload could not be read to its end. Send it again.');
  }
}

function pack(lines: readonly SplitLine[], size: number) {
  const bytes = new Uint8Array(size);
  const ends = new Uint32Array(lines.length);
  let end = 0;
  lines.forEach((line, place) => {
    bytes.set(line.bytes as Buffer, end);
    end += (line.bytes as Buffer).length;
    ends[place] = end;
  });
  return { bytes, ends };
}

/** With the lines that were too long to be kept, in order. */
function merged(faults: readonly LineFault[], lines: readonly SplitLine[]): readonly LineFault[] {
  const tooLong = lines.filter(({ bytes }) => bytes === undefined).map(({ number }) => ({ line: number, ...TOO_LONG }));
  return tooLong.length === 0 ? faults : [...faults, ...tooLong].sort((one, other) => one.line - other.line);
}
