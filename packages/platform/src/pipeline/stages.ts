import { type Engine, openEngine, type RetryPolicy, type Store } from '@batchfeed/delivery';
import type { Observer } from '../operations/observer.ts';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import type { FeedDirectory } from './feed-directory.ts';
import { findRoute, type SenderContext, sendBatch, sendUpdate } from './senders.ts';
import { splitSessionKey } from './session-key.ts';

export interface StageOptions {
  readonly store: Store;
  readonly directory: FeedDirectory;
  readonly caller: PluginCaller;
  readonly observer: Observer;
  /** Updates of one feed under way at once. Default 64. */
  readonly updateConcurrency?: number | undefined;
  /** Batches of one feed under way at once. Default 4. */
  readonly batchConcurrency?: number | undefined;
  /** Milliseconds a call may take. Default: the caller's. */
  readonly callTimeoutMs?: number | undefined;
  /** How failed calls are repeated. Default: the engine's. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /**
   * Bytes of memory for lines that are grouped, sealed or sent, of all feeds together; a
   * thirty-second of it more for updates. Default 256 MiB.
   */
  readonly windowBytes?: number | undefined;
}

const WINDOW_BYTES = 256 * 1024 * 1024;
/**
 * Updates are sent as they come, so few of them need to be in memory: enough to keep every
 * connection busy. More of them outlive the young generation of the heap and cost speed: 32 MiB
 * instead of 8 took 50 MB more memory and moved no more updates.
 */
const UPDATE_SHARE = 1 / 32;

/**
 * Opens the two engines of a pipeline. Both begin to send as they open, so the senders must not
 * need the pipeline itself.
 */
export async function openStages(context: StageOptions & SenderContext): Promise<{ updates: Engine; lines: Engine }> {
  const { store, directory, observer, retry = {}, windowBytes = WINDOW_BYTES } = context;
  const paused = (feedId: string) => directory.find(feedId)?.isHeld === true;
  const maxAttemptsOf = (feedId: string) => directory.find(feedId)?.options.max_attempts;
  const lines = await openEngine({
    store,
    log: 'lines',
    policy: (feedId, key) => {
      const { sessionId, rest } = splitSessionKey(key);
      return findRoute(directory, feedId).policy(sessionId, rest);
    },
    ordering: (feedId) => directory.find(feedId)?.ordering ?? 'USER',
    send: (batch) => sendBatch(batch, context),
    concurrency: context.batchConcurrency ?? 4,
    bisect: (feedId) => directory.find(feedId)?.options.bisect === true,
    windowBytes,
    // A feed that is over its limit has no more updates turned into lines until some of these are
    // gone.
    backlogLimitOf: (feedId) => directory.feedBacklogLimit(feedId),
    paused,
    retry,
    maxAttemptsOf,
    onEvent: (event) => observer.event('batch', event),
  });
  const updates = await openEngine({
    store,
    log: 'updates',
    policy: 'unit',
    send: (batch) => sendUpdate(batch, context),
    concurrency: context.updateConcurrency ?? 64,
    windowBytes: windowBytes * UPDATE_SHARE,
    downstream: lines,
    paused,
    retry,
    maxAttemptsOf,
    onEvent: (event) => observer.event('update', event),
  });
  return { updates, lines };
}
