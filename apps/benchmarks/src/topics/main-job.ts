import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followFeed, generateUpdates, openDataFolder, Stack, setUpFeed, uploadSegment } from '@batchfeed/app-demo';
import { figureOf, median } from '../figure.ts';
import { interleave, ratios } from '../interleave.ts';
import type { Topic } from '../topic.ts';
import { runBareLoop } from './bare-loop.ts';

const updates = 5_000;
/** As many calls at once as the platform makes to one plugin. */
const connections = 64;

const perSecond = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return updates / ((performance.now() - startedAt) / 1_000);
};

/** The main job's updates per second, against a bare loop that makes the same plugin calls and keeps nothing. */
export const mainTopic: Topic = async ({ say, signal }) => {
  const folder = openDataFolder(mkdtempSync(join(tmpdir(), 'batchfeed-bench-')));
  const password = 'benchmark';
  const stack = await Stack.start(folder, { shop: 0, platform: 0 }, password);
  try {
    const { client } = stack;
    const { feedId } = await setUpFeed(stack, password);
    const feed = await client.feed(feedId);
    const context = {
      feed_id: feedId,
      session_id: feed.session_id ?? '',
      datamart_id: feed.datamart_id,
      segment_id: feed.segment_id,
    };
    const throughPlatform = async (seed: number) => {
      let isUploaded = false;
      const upload = async () => {
        await uploadSegment({ client, feedId, updates: generateUpdates({ updates, seed }), signal });
        isUploaded = true;
      };
      const follow = followFeed({
        client,
        feedId,
        isUploaded: () => isUploaded,
        signal,
        onStatistics: () => {},
        intervalMs: 50,
      });
      await Promise.all([upload(), follow]);
      signal.throwIfAborted();
    };
    const bare = (seed: number) => runBareLoop(stack.plugin!.url, context, { updates, seed, connections });
    // Every round is about people of its own, so that the shop has the same work each time.
    const values = await interleave(
      {
        job: (round) => perSecond(() => throughPlatform(100 + round)),
        bare: (round) => perSecond(() => bare(200 + round)),
      },
      { onRound: (round) => say(round === 0 ? 'warming up' : `round ${round}: ${updates} updates each way`) },
    );
    const rate = (rates: number[]) => `${Math.round(median(rates))}/s`;
    return [
      figureOf('main job, updates/s against a bare loop', ratios(values.job, values.bare), {
        bound: { is: '>=', limit: 0.5 },
        detail: `${rate(values.job)} through the platform, ${rate(values.bare)} in the bare loop`,
      }),
    ];
  } finally {
    await stack.stop();
    folder.release();
    rmSync(folder.path, { recursive: true, force: true });
  }
};
