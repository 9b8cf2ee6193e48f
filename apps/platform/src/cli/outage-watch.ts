import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedResource } from '@batchfeed/schemas';
import type { ApiClient } from './api-client.ts';
import { outageSentence, recoverySentence } from './outage.ts';
import type { Output } from './output.ts';

const LOOK_EVERY_MS = 500;
/** How often an outage that lasts is told of again, with what waits by then. */
const SAY_EVERY_MS = 10_000;
/** Looks after the end of an upload while updates wait, and the time between them. */
const LAST_LOOKS = 4;
const LAST_LOOK_MS = 150;

/**
 * Says during an upload when the plugin does not answer, and when it does again. It asks beside the
 * upload, and never ends it.
 */
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

  /** Ends with last looks, so that an upload is told of an outage that shows just after its end. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let looks = 0; looks < LAST_LOOKS; looks += 1) {
      const feed = await this.#ask();
      if (this.#isDown || feed?.backlog === undefined || feed.backlog.updates === 0) return;
      await sleep(LAST_LOOK_MS);
    }
  }

  async #look(): Promise<void> {
    await this.#ask();
    if (this.#timer !== undefined) this.start();
  }

  async #ask(): Promise<FeedResource | undefined> {
    // The upload itself tells of a platform that is gone.
    const feed: FeedResource | undefined = await this.#client.find(this.#path).catch(() => undefined);
    if (feed === undefined) return undefined;
    const sentence = outageSentence(feed);
    if (sentence !== undefined && (!this.#isDown || performance.now() - this.#saidAt >= SAY_EVERY_MS)) {
      this.#saidAt = performance.now();
      this.#out.say(`  ${sentence}`);
    } else if (sentence === undefined && this.#isDown) this.#out.say(`  ${recoverySentence(feed)}`);
    this.#isDown = sentence !== undefined;
    return feed;
  }
}
