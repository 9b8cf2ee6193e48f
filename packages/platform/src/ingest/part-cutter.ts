import type { SplitLine } from './line-splitter.ts';

const MAX_LINES = 1_000;
const MAX_BYTES = 512 * 1024;

/** Cuts an upload into parts in the same places however its bytes arrive, so that a part can be told by its number. */
export class PartCutter {
  #lines: SplitLine[] = [];
  #bytes = 0;

  /** The parts that are full with these lines. */
  *push(lines: Iterable<SplitLine>): Generator<readonly SplitLine[]> {
    for (const line of lines) {
      this.#lines.push(line);
      this.#bytes += line.bytes?.length ?? 0;
      if (this.#lines.length >= MAX_LINES || this.#bytes >= MAX_BYTES) yield this.#take();
    }
  }

  /** What is left at the end. */
  *end(): Generator<readonly SplitLine[]> {
    if (this.#lines.length > 0) yield this.#take();
  }

  #take(): readonly SplitLine[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }
}
