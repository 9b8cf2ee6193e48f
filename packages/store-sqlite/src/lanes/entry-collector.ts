import type { EntriesMessage } from '../protocol.ts';
import type { LoadedSegment } from '../rows/segment-cache.ts';

/** Gathers entries from several segments into one answer. */
export class EntryCollector {
  readonly #tokens: ReadonlyMap<number, string>;
  readonly #data: Buffer[] = [];
  readonly #lengths: Uint32Array[] = [];
  readonly #runs: number[] = [];
  readonly #owners: number[] = [];
  count = 0;
  bytes = 0;

  constructor(tokens: ReadonlyMap<number, string>) {
    this.#tokens = tokens;
  }

  /**
   * Adds entries of a piece, counted in it from `from` to below `to`, as far as they have room in
   * `maxBytes`; the first of all always has. Returns the first that was not added.
   */
  add({ head }: LoadedSegment, place: number, data: Buffer, from: number, to: number, maxBytes: number): number {
    const start = head.endOf(place, from - 1);
    let stop = to;
    if (head.endOf(place, to - 1) - start + this.bytes > maxBytes) {
      stop = from;
      while (stop < to && head.endOf(place, stop) - start + this.bytes <= maxBytes) stop += 1;
      if (this.count === 0 && stop === from) stop += 1;
    }
    if (stop === from) return stop;
    const piece = head.pieces[place];
    const end = head.endOf(place, stop - 1);
    this.#data.push(data.subarray(start, end));
    this.#lengths.push(head.lengthsOf(place, from, stop));
    this.#runs.push((piece?.first ?? 0) + from, stop - from, this.#indexOf(piece?.owner ?? 0));
    this.count += stop - from;
    this.bytes += end - start;
    return stop;
  }

  message(): EntriesMessage {
    const data = new Uint8Array(this.bytes);
    const lengths = new Uint32Array(this.count);
    let at = 0;
    for (const part of this.#data) {
      data.set(part, at);
      at += part.length;
    }
    at = 0;
    for (const part of this.#lengths) {
      lengths.set(part, at);
      at += part.length;
    }
    const tokens = this.#owners.map((owner) => this.#tokens.get(owner) ?? '');
    return { runs: this.#runs, tokens, lengths, data };
  }

  #indexOf(owner: number): number {
    const index = this.#owners.lastIndexOf(owner);
    if (index !== -1) return index;
    return this.#owners.push(owner) - 1;
  }
}
