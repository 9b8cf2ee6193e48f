import type { FeedOverview, FeedsEvent } from '@batchfeed/schemas';

/** What was told live of feeds, by id. */
export type FeedNews = ReadonlyMap<string, FeedsEvent[number]>;

/** With what was told now. */
export function withNews(before: FeedNews, told: FeedsEvent): FeedNews {
  const news = new Map(before);
  for (const feed of told) news.set(feed.feed_id, feed);
  return news;
}

function circuitOf({ circuit: state, down_since_ts: since }: FeedsEvent[number]): FeedOverview['circuit'] {
  return { state, ...(since === null ? {} : { since_ts: since }) };
}

/** The feeds as they are by the latest news; those without any stay the same objects. */
export function feedsNow(feeds: readonly FeedOverview[], news: FeedNews): readonly FeedOverview[] {
  return feeds.map((row) => {
    const told = news.get(row.feed.id);
    if (told === undefined) return row;
    return {
      ...row,
      feed: { ...row.feed, status: told.status },
      circuit: circuitOf(told),
      backlog: told.backlog,
      pulse: told.pulse,
    };
  });
}
