import type { Line, OutgoingBatch } from '@batchfeed/delivery';

const PREFIX = 'parts of feed ';

/**
 * A line that goes in with an append to be counted: accepted in the very same write, under a destination of its own, and
 * over as soon as it is sent. The accepted lines of that destination are the appends that are on disk, whatever crashed.
 */
export function countingLine(feedId: string): Line & { readonly subject: string } {
  return { destination: PREFIX + feedId, key: '', subject: '', content: '0' };
}

export function isCountingLine({ destination }: Pick<OutgoingBatch, 'destination'>): boolean {
  return destination.startsWith(PREFIX);
}

/** Whether a destination is a feed, rather than where the counting lines of one go. */
export function isFeed(destination: string): boolean {
  return !isCountingLine({ destination });
}
