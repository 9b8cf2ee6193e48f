import type { FeedResource } from '@batchfeed/schemas';
import type { FeedLive } from './use-feed-live.ts';

/** What every tab of a feed is about. */
export interface FeedTabProps {
  readonly feed: FeedResource;
  readonly live: FeedLive;
}
