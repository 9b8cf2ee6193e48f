/**
 * Feeds whose data on disk cannot be read, and what is wrong with them: nothing of such a feed is
 * sent until a start after the repair.
 */
export class Damages {
  readonly #sentences = new Map<string, string>();

  found(feedId: string, sentence: string): void {
    this.#sentences.set(feedId, sentence);
  }

  of(feedId: string): string | undefined {
    return this.#sentences.get(feedId);
  }

  forget(feedId: string): void {
    this.#sentences.delete(feedId);
  }
}
