import type { Engine } from '@batchfeed/delivery';

/**
 * Lines on their way between the stages: forwarded by the update stage, and counted by the line stage only once they are
 * on disk. Without them a reader of both ledgers could see every update done, no line anywhere, and take a feed that has
 * just begun for one that is finished.
 */
export class HandOver {
  readonly #lines: Engine;
  /** By feed: what the line stage will have accepted when all that was forwarded has arrived. */
  readonly #expected = new Map<string, number>();

  constructor(lines: Engine) {
    this.#lines = lines;
  }

  forwarded(feedId: string, lines: number): void {
    const expected = this.#expected.get(feedId) ?? this.#lines.ledger(feedId).accepted;
    this.#expected.set(feedId, expected + lines);
  }

  underWay(feedId: string): number {
    const expected = this.#expected.get(feedId);
    return expected === undefined ? 0 : expected - this.#lines.ledger(feedId).accepted;
  }

  /** Resolves when what is under way now has arrived. It is a matter of one write to the disk. */
  async arrived(feedId: string): Promise<void> {
    const expected = this.#expected.get(feedId);
    if (expected === undefined) return;
    for (const deadline = Date.now() + PATIENCE_MS; this.#lines.ledger(feedId).accepted < expected; ) {
      if (Date.now() > deadline) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/** A store that takes longer than this for a write has other troubles, which it reports itself. */
const PATIENCE_MS = 2_000;
