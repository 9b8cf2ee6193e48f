import type { FeedStatistics, UpdateLine } from '@batchfeed/schemas';
import { followFeed, settledUpdates } from './follow-feed.ts';
import { progressDisplay } from './progress.ts';
import { count, say } from './say.ts';
import { linesPerBatch } from './set-up-feed.ts';
import type { Stack } from './stack.ts';
import { uploadSegment } from './upload-segment.ts';

export interface Delivery {
  readonly stack: Stack;
  readonly feedId: string;
  /** How many updates. */
  readonly total: number;
  /** What they are about, for people: `20,000 user points`. */
  readonly about: string;
  /** The updates behind the first so many. */
  readonly updatesFrom: (from: number) => Iterable<UpdateLine>;
  /** Stops it in good order. */
  readonly signal: AbortSignal;
}

/**
 * Hands the rest of a feed's updates over and follows the feed until all has settled, or until the signal. Resolves to
 * its statistics then. Rejects when a server ends.
 */
export async function deliverFeed({
  stack,
  feedId,
  total,
  about,
  updatesFrom,
  ...given
}: Delivery): Promise<FeedStatistics> {
  const { client } = stack;
  // Nothing more can be delivered once a server is gone, so that ends it, too.
  const signal = AbortSignal.any([given.signal, stack.broken]);
  const before = await client.statistics(feedId);
  const { accepted } = before.updates;
  say(
    accepted === 0
      ? `Sending ${count(total)} updates of ${about}, in batches of ${linesPerBatch} lines at most.`
      : `${count(accepted)} of ${count(total)} updates of ${about} are with the platform already; sending the rest.`,
  );
  const display = progressDisplay(total, settledUpdates(before));
  let sent = accepted;
  let isUploaded = accepted >= total;
  const upload = async () => {
    if (isUploaded) return;
    const onSent = (updates: number) => {
      sent += updates;
    };
    await uploadSegment({ client, feedId, updates: updatesFrom(accepted), signal, onSent });
    isUploaded = !signal.aborted;
  };
  const follow = () =>
    followFeed({
      client,
      feedId,
      isUploaded: () => isUploaded,
      signal,
      onStatistics: (statistics) => {
        const { accepted: lines, delivered } = statistics.lines;
        display.show({ sent, done: settledUpdates(statistics), lines, delivered });
      },
    });
  try {
    const [, statistics] = await Promise.all([upload(), follow()]);
    stack.broken.throwIfAborted();
    return signal.aborted ? await client.statistics(feedId) : statistics;
  } finally {
    display.stop();
  }
}
