import type { Entry, QueueExtent } from './store.ts';

/** Entries that are over are cut off once they are this many and half of what is held. */
const CUT = 1024;

/**
 * A queue of a memory store. An entry that is over leaves a gap until everything before it is over,
 * too.
 */
export class MemoryQueue {
  /** From position `#base` on. */
  #entries: (Entry | undefined)[] = [];
  #base = 0;
  #first = 0;
  #bytes = 0;

  get extent(): QueueExtent {
    return { first: this.#first, end: this.#end, bytes: this.#bytes };
  }

  get #end(): number {
    return this.#base + this.#entries.length;
  }

  /** Returns the position of the first entry. */
  append(texts: readonly string[], token: string): number {
    const first = this.#end;
    for (const text of texts) {
      this.#entries.push({ position: this.#end, text, token });
      this.#bytes += Buffer.byteLength(text);
    }
    return first;
  }

  at(position: number): Entry | undefined {
    return this.#entries[position - this.#base];
  }

  read(from: number, maxBytes: number): readonly Entry[] {
    const found: Entry[] = [];
    let bytes = 0;
    for (let position = Math.max(from, this.#first); position < this.#end; position += 1) {
      const entry = this.at(position);
      if (entry === undefined) continue;
      bytes += entry.text.length;
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(entry);
    }
    return found;
  }

  /** Entries from `from` to below `to` are over. */
  over(from: number, to: number): void {
    const end = Math.min(to, this.#end);
    for (let position = Math.max(from, this.#first); position < end; position += 1) {
      this.#entries[position - this.#base] = undefined;
    }
    while (this.#first < this.#end && this.at(this.#first) === undefined) this.#first += 1;
    const gone = this.#first - this.#base;
    if (gone < CUT || gone * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(gone);
    this.#base = this.#first;
  }
}
