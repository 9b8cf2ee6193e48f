import type { FeedResource } from '@batchfeed/schemas';
import type { ApiClient } from './api-client.ts';
import { outageSentence, recoverySentence } from './outage.ts';
import type { Output } from './output.ts';

const LOOK_EVERY_MS = 500;
/** How often an outage that lasts is told of again, with what waits by then. */
const SAY_EVERY_MS = 10_000;

/** Says during an upload when the plugin does not answer, and when it does again. It asks beside the upload, and never ends it. */
export class OutageWatch {
  readonly #client: ApiClient;
  readonly #path: string;
  readonly #out: Output;
  #timer: NodeJS.Timeout | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  #isDown = false;

  /** `path`: of the feed. */
  constructor(client: ApiClient, path: string, out: Output) {
    this.#client = client;
    this.#path = path;
    this.#out = out;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Ends with a last look, so that a short upload is told of an outage as well. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#ask();
  }

  async #look(): Promise<void> {
    await this.#ask();
    if (this.#timer !== undefined) this.start();
  }

  async #ask(): Promise<void> {
    // The upload itself tells of a platform that is gone.
    const feed: FeedResource | undefined = await this.#client.find(this.#path).catch(() => undefined);
    if (feed === undefined) return;
    const sentence = outageSentence(feed);
    if (sentence !== undefined && (!this.#isDown || performance.now() - this.#saidAt >= SAY_EVERY_MS)) {
      this.#saidAt = performance.now();
      this.#out.say(`  ${sentence}`);
    } else if (sentence === undefined && this.#isDown) this.#out.say(`  ${recoverySentence(feed)}`);
    this.#isDown = sentence !== undefined;
  }
}
