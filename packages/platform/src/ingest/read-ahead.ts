/** Bytes of all uploads together that are read and not on disk yet; and of one upload, so that it need not wait for each piece. */
const ALL_BYTES = 8 * 1024 * 1024;
const MOST_BYTES = 1024 * 1024;

/** How far the uploads that are under way may read ahead of the disk: the fewer there are, the further. */
export class ReadAhead {
  #uploads = 0;

  /** Bytes of one upload, from which on it waits. At least one piece of it is always under way. */
  get bytes(): number {
    return Math.min(MOST_BYTES, ALL_BYTES / Math.max(1, this.#uploads));
  }

  /** Counts an upload while it runs. */
  async during<Result>(upload: () => Promise<Result>): Promise<Result> {
    this.#uploads += 1;
    try {
      return await upload();
    } finally {
      this.#uploads -= 1;
    }
  }
}
