import type { FeedLedger } from '@batchfeed/schemas';
import { type Answers, startPluginServer } from './plugin-server.ts';
import type { Stage } from './stage.ts';

/** What the journeys leave for those that come after them. */
export class World {
  /** The example plugin's, which the first run was shown. */
  credentials = { workerId: '', workerToken: '' };
  /** The feed of the first run. */
  feedId = '';
  /** A feed in which every text is hostile; it has dead letters for good. */
  hostileFeedId = '';
  readonly #atEnd: (() => void)[] = [];
  #stage: Stage | undefined;

  get stage(): Stage {
    if (this.#stage === undefined) throw new Error('the stage is not set up yet');
    return this.#stage;
  }

  set stage(stage: Stage) {
    this.#stage = stage;
  }

  async end(): Promise<void> {
    for (const work of this.#atEnd) work();
    await this.#stage?.close();
  }

  /** An active feed through a plugin that answers so. */
  async addFeed(artifact: string, answers: Answers, name: string): Promise<string> {
    const { operator } = this.stage;
    const plugin = await startPluginServer(answers);
    this.#atEnd.push(plugin.close);
    const feedId = await operator.feed(await operator.plugin(artifact, plugin.url), name);
    await operator.call('POST', `/audience_segment_external_feeds/${feedId}/activate`, {});
    return feedId;
  }

  ledger(feedId = this.feedId): Promise<FeedLedger> {
    return this.stage.operator.call('GET', `/audience_segment_external_feeds/${feedId}/ledger`);
  }
}
