import type { FeedStatistics } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { followFeed } from './follow-feed.ts';

interface Counts {
  accepted: number;
  processed: number;
  waiting?: number;
  open?: number;
  delivered: number;
}

const NO_FILL = {
  lines: null,
  bytes: null,
  age: null,
  order: null,
  express: null,
  drain: null,
  budget: null,
  reconfigured: null,
};

const statisticsOf = ({ accepted, processed, waiting = 0, open = 0, delivered }: Counts): FeedStatistics => ({
  updates: {
    accepted,
    waiting: 0,
    open: accepted - processed,
    in_flight: 0,
    processed,
    no_eligible_identifier: 0,
    dead: 0,
    expired: 0,
    discarded: 0,
  },
  lines: {
    accepted: waiting + open + delivered,
    waiting,
    open,
    held: 0,
    sealed: 0,
    in_flight: 0,
    delivered,
    dead: 0,
    expired: 0,
    discarded: 0,
  },
  batches: {
    sealed: 0,
    by_reason: { lines: 0, bytes: 0, age: 0, order: 0, express: 0, drain: 0, budget: 0, reconfigured: 0 },
    fill: { all: null, by_reason: NO_FILL },
    delivered: 0,
    dead: 0,
    expired: 0,
    attempts: 0,
  },
  items: { success: 0, error: 0 },
});

/** A platform that shows these counts one after the other, and whose open lines are delivered by a drain. */
const platformOf = (...counts: Counts[]) => {
  const calls: string[] = [];
  return {
    calls,
    statistics: async () => {
      calls.push('look');
      return statisticsOf(counts.length > 1 ? counts.shift()! : counts[0]!);
    },
    drain: async () => {
      calls.push('drain');
      const { waiting = 0, open = 0, delivered, ...rest } = counts.at(-1)!;
      counts.push({ ...rest, waiting: 0, open: 0, delivered: delivered + open + waiting });
      counts.shift();
    },
  };
};

const follow = (client: ReturnType<typeof platformOf>, options: Partial<Parameters<typeof followFeed>[0]> = {}) =>
  followFeed({
    client,
    feedId: '1',
    isUploaded: () => true,
    signal: new AbortController().signal,
    onStatistics: () => {},
    intervalMs: 1,
    ...options,
  });

describe('followFeed', () => {
  it('drains only once every update is done, and ends when no line waits', async () => {
    const client = platformOf(
      { accepted: 2, processed: 1, open: 1, delivered: 0 },
      { accepted: 2, processed: 2, open: 2, delivered: 0 },
    );
    const { lines } = await follow(client);
    expect(client.calls).toEqual(['look', 'look', 'drain', 'look']);
    expect(lines).toMatchObject({ open: 0, delivered: 2 });
  });

  it('does not end while lines wait on disk', async () => {
    const client = platformOf({ accepted: 2, processed: 2, waiting: 3, delivered: 1 });
    expect((await follow(client)).lines.delivered).toBe(4);
    expect(client.calls).toEqual(['look', 'drain', 'look']);
  });

  it('does not end while more may come', async () => {
    const client = platformOf({ accepted: 1, processed: 1, delivered: 1 });
    let looks = 0;
    await follow(client, { isUploaded: () => ++looks > 3 });
    expect(client.calls).toHaveLength(4);
  });

  it('ends with the latest statistics when it is told to stop', async () => {
    const stop = new AbortController();
    const client = platformOf({ accepted: 5, processed: 1, delivered: 1 });
    const following = follow(client, { signal: stop.signal, intervalMs: 60_000 });
    stop.abort();
    expect((await following).updates.accepted).toBe(5);
  });

  it('gives up when nothing moves, and says what waits', async () => {
    const client = platformOf({ accepted: 5, processed: 2, open: 0, delivered: 1 });
    await expect(follow(client, { stallMs: 20 })).rejects.toMatchObject({
      code: 'STALLED',
      message: expect.stringContaining('3 updates'),
    });
  });
});
