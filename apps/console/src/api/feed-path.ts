import { path } from './client.ts';

/** Where a feed is. */
export const feedPath = (feedId: string): string => path`/audience_segment_external_feeds/${feedId}`;
