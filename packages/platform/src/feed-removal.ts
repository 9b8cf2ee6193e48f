import type { Logger } from 'pino';
import type { Configuration } from './config/configuration.ts';
import type { History } from './history/history.ts';
import type { Pipeline } from './pipeline/pipeline.ts';

interface Parts {
  readonly configuration: Configuration;
  readonly pipeline: Pipeline;
  readonly history: History;
  readonly logger: Logger;
  /** Forgets what is kept of a feed elsewhere in memory. */
  readonly forget: (feedId: string) => void;
}

/**
 * The end of deleted feeds, in the background and over restarts.
 *
 *   DRAINING ──everything delivered or dead──▶ DISCARDING ──nothing left──▶ queues, notes and dead letters removed ──▶ gone
 *
 * Every step may be done again after a crash. What is discarded goes in slices, beside the work of
 * other feeds.
 */
export class FeedRemoval {
  readonly #parts: Parts;
  readonly #underWay = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Goes on with what an earlier run did not end. */
  resumeRemovals(): void {
    const { feeds } = this.#parts.configuration;
    for (const status of ['DRAINING', 'DISCARDING'] as const) for (const id of feeds.withStatus(status)) this.start(id);
  }

  /** Begins with a feed that is to go; one that has begun takes notice of how it is to go now. */
  start(feedId: string): void {
    const { pipeline } = this.#parts;
    pipeline.configurationChanged(feedId);
    if (pipeline.status(feedId) === 'DRAINING') pipeline.resume(feedId);
    // The run that waits for everything to be delivered goes on when nothing is left.
    else if (this.#underWay.has(feedId)) this.#watch(feedId, pipeline.discard(feedId));
    if (this.#underWay.has(feedId)) return;
    this.#underWay.add(feedId);
    this.#watch(
      feedId,
      this.#run(feedId).finally(() => this.#underWay.delete(feedId)),
    );
  }

  #watch(feedId: string, work: Promise<void>): void {
    work.catch((error: Error & { code?: string }) => {
      // The platform closes: the next start goes on.
      if (error.code !== 'CLOSED') this.#parts.logger.error({ feed_id: feedId, err: error }, 'feed removal failed');
    });
  }

  async #run(feedId: string): Promise<void> {
    const { configuration, pipeline, history, logger, forget } = this.#parts;
    if (pipeline.status(feedId) === 'DRAINING') await pipeline.empty(feedId);
    // What is dead by now has no feed any more to be sent to.
    configuration.feeds.setStatus(feedId, 'DISCARDING');
    pipeline.configurationChanged(feedId);
    await pipeline.discard(feedId);
    await pipeline.forget(feedId);
    // Its own thread does the work, over restarts too. A history that cannot be written must not
    // keep a feed alive.
    await history
      .forget(feedId)
      .catch((err: Error) => logger.error({ feed_id: feedId, err }, 'history of a deleted feed'));
    configuration.feeds.remove(feedId);
    pipeline.configurationChanged(feedId);
    forget(feedId);
    logger.info({ feed_id: feedId }, 'feed removed');
  }
}
