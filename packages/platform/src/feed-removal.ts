import type { Logger } from 'pino';
import type { Configuration } from './config/configuration.ts';
import type { History } from './history/history.ts';
import type { Pipeline } from './pipeline/pipeline.ts';

interface Parts {
  readonly configuration: Configuration;
  readonly pipeline: Pipeline;
  readonly history: History;
  readonly logger: Logger;
}

/**
 * The end of deleted feeds, in the background and over restarts: what they hold is delivered or thrown away, then what is
 * dead is thrown away too, then what the history knows, and then nobody sees them any more.
 */
export class FeedRemoval {
  readonly #parts: Parts;
  readonly #underWay = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Goes on with what an earlier run did not end. */
  takeUp(): void {
    const { feeds } = this.#parts.configuration;
    for (const status of ['DRAINING', 'DISCARDING'] as const) for (const id of feeds.withStatus(status)) this.start(id);
  }

  /** Begins with a feed that is to go; one that has begun takes notice of how it is to go now. */
  start(feedId: string): void {
    const { pipeline, logger } = this.#parts;
    pipeline.configurationChanged();
    pipeline.resume(feedId);
    if (pipeline.status(feedId) === 'DISCARDING') pipeline.discard(feedId);
    if (this.#underWay.has(feedId)) return;
    this.#underWay.add(feedId);
    this.#run(feedId)
      .catch((error: Error & { code?: string }) => {
        // The platform closes: the next start goes on.
        if (error.code !== 'CLOSED') logger.error({ feed_id: feedId, err: error }, 'feed removal failed');
      })
      .finally(() => this.#underWay.delete(feedId));
  }

  async #run(feedId: string): Promise<void> {
    const { configuration, pipeline, history, logger } = this.#parts;
    await pipeline.empty(feedId);
    // What is dead by now has no feed any more to be sent to.
    configuration.feeds.setStatus(feedId, 'DISCARDING');
    pipeline.configurationChanged();
    pipeline.discard(feedId);
    while ((await pipeline.deadLetters.replay(feedId, {})) > 0) await pipeline.empty(feedId);
    // Its own thread does the work, over restarts too. A history that cannot be written must not keep a feed alive.
    await history
      .forget(feedId)
      .catch((err: Error) => logger.error({ feed_id: feedId, err }, 'history of a deleted feed'));
    configuration.feeds.remove(feedId);
    pipeline.configurationChanged();
    logger.info({ feed_id: feedId }, 'feed removed');
  }
}
