import { type Engine, type Outcome, openEngine, type RetryPolicy, type Store } from '@batchfeed/delivery';
import type { Observer } from '../operations/observer.ts';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import { isCountingLine } from './counting-line.ts';
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
}

/**
 * Updates wait on the disk of whoever uploads them as well as here: enough of them to keep every connection to a plugin busy. More of them
 * outlive the young generation of the heap, and cost a tenth of the speed.
 */
const HELD_UPDATE_BYTES = 4 * 1024 * 1024;

/** What becomes of a counting line. */
const COUNTED = Promise.resolve<Outcome>({ kind: 'delivered' });

/** Opens the two engines of a pipeline. Both begin to send as they open, so the senders must not need the pipeline itself. */
export async function openStages(context: StageOptions & SenderContext): Promise<{ updates: Engine; lines: Engine }> {
  const { store, directory, observer, retry = {}, updateConcurrency = 64, batchConcurrency = 4 } = context;
  const paused = (feedId: string) => directory.find(feedId)?.status === 'PAUSED';
  const maxAttemptsOf = (feedId: string) => directory.find(feedId)?.options.max_attempts;
  const lines = await openEngine({
    store,
    log: 'lines',
    policy: (feedId, key) => {
      const { sessionId, rest } = splitSessionKey(key);
      return findRoute(directory, feedId).policy(sessionId, rest);
    },
    send: (batch) => sendBatch(batch, context),
    concurrency: batchConcurrency,
    bisect: (feedId) => directory.find(feedId)?.options.bisect === true,
    paused,
    retry,
    maxAttemptsOf,
    onEvent: (event) => observer.event('batch', event),
  });
  const updates = await openEngine({
    store,
    log: 'updates',
    policy: 'unit',
    send: (batch) => (isCountingLine(batch) ? COUNTED : sendUpdate(batch, context)),
    concurrency: updateConcurrency,
    maxHeldBytes: HELD_UPDATE_BYTES,
    downstream: lines,
    paused,
    retry,
    maxAttemptsOf,
    onEvent: (event) => observer.event('update', event),
  });
  return { updates, lines };
}
