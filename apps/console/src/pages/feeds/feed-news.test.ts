import type { FeedOverview, FeedPulse, FeedsEvent } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { feedsNow, withNews } from './feed-news.ts';

const pulse = (backlog: number): FeedPulse => ({
  updates_per_s: null,
  lines_per_s: null,
  batches_per_s: null,
  errors_per_s: null,
  backlog_updates: backlog,
  open_lines: 0,
  oldest_open_ts: null,
  dead_updates: 0,
  dead_batches: 0,
});
const told = (feed_id: string, backlog: number): FeedsEvent[number] => ({
  feed_id,
  status: 'PAUSED',
  circuit: 'OPEN',
  down_since_ts: 1_700_000_000_000,
  backlog: { updates: backlog, lines: 0, bytes: 100 * backlog, empty_in_s: null },
  pulse: pulse(backlog),
});
const row = (id: string) =>
  ({
    feed: { id, name: `Feed ${id}`, status: 'ACTIVE' },
    circuit: { state: 'CLOSED' },
    backlog: { updates: 0, lines: 0, bytes: 0, empty_in_s: 0 },
    pulse: pulse(0),
  }) as FeedOverview;

describe('news of feeds', () => {
  it('puts the latest of each feed over what was read', () => {
    const news = withNews(withNews(new Map(), [told('1', 5), told('2', 7)]), [told('1', 6)]);
    const rows = [row('1'), row('3')];
    const now = feedsNow(rows, news);
    expect(now[0]).toMatchObject({
      feed: { id: '1', name: 'Feed 1', status: 'PAUSED' },
      circuit: { state: 'OPEN', since_ts: 1_700_000_000_000 },
      backlog: { updates: 6 },
      pulse: { backlog_updates: 6 },
    });
    expect(now[1]).toBe(rows[1]);
  });

  it('shows no feed that was not read', () => {
    expect(feedsNow([row('1')], withNews(new Map(), [told('9', 1)]))).toHaveLength(1);
  });

  it('leaves what was told before as it was', () => {
    const before = withNews(new Map(), [told('1', 5)]);
    withNews(before, [told('1', 6)]);
    expect(before.get('1')?.pulse.backlog_updates).toBe(5);
  });
});
