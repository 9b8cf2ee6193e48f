import type { FeedStatus } from '@batchfeed/schemas';
import type { FeedDeed } from '../../api/feeds.ts';

const ofActive: readonly FeedDeed[] = ['pause', 'drain', 'delete'];

/** What can be done to a feed, by what it is doing. The first is what a reader most likely came for. */
export const deedsByStatus: Readonly<Record<FeedStatus, readonly FeedDeed[]>> = {
  INITIAL: ['activate', 'delete'],
  PUBLISHED: ['activate', 'delete'],
  ACTIVE: ofActive,
  INITIAL_LOADING: ofActive,
  LIVE: ofActive,
  PAUSED: ['resume', 'delete'],
  // What is being emptied can still be thrown away.
  DRAINING: ['delete'],
  DISCARDING: [],
};

/** Whether a feed takes updates. */
export const takesUpdates = (status: FeedStatus): boolean => deedsByStatus[status].includes('pause');
