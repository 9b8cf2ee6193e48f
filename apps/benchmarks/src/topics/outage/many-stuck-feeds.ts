import { setTimeout as sleep } from 'node:timers/promises';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { inTurn } from '../../in-turn.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import type { Operator } from '../platform/operator.ts';
import { numberedUpdates } from './numbered-updates.ts';
import type { OutageSize } from './size.ts';
import { onStage } from './stage.ts';

const LINES_A_BATCH = 10;
const AT_ONCE = 8;
const LOOK_MS = 50;

/** Many feeds, half of them with a plugin that is down: uploads to the others and their delivery, against the others alone. */
export function manyStuckFeeds({ say, signal }: TopicContext, size: OutageSize): Promise<MeasuredFigure[]> {
  return onStage(async (stage) => {
    const healthy = await stage.outagePlugin();
    const down = await stage.outagePlugin();
    const beside = await stage.platform();
    const alone = await stage.platform();
    const half = size.manyFeeds / 2;
    say(`${half.toLocaleString('en')} feeds that are stuck`);
    await beside.operator.register(down.url, LINES_A_BATCH);
    const stuck = await makeFeeds(beside.operator, half);
    await down.down();
    await inTurn(half, AT_ONCE, (index) => push(beside.operator, stuck[index], `stuck-${index}`, size.updatesOfEach));
    signal.throwIfAborted();
    say(`${half.toLocaleString('en')} that are not, there and on a platform without the others`);
    for (const { operator } of [beside, alone]) await operator.register(healthy.url, LINES_A_BATCH);
    const feeds = { beside: await makeFeeds(beside.operator, half), alone: await makeFeeds(alone.operator, half) };
    const uploads: Record<keyof typeof feeds, number[]> = { beside: [], alone: [] };
    const updates = size.manyFeedsOfRound * size.updatesOfEach;
    const rate = (startedAt: number) => (updates / (performance.now() - startedAt)) * 1000;
    const pass = (side: keyof typeof feeds, operator: Operator) => async (round: number) => {
      await healthy.reset();
      const startedAt = performance.now();
      await inTurn(size.manyFeedsOfRound, AT_ONCE, (index) => {
        const feed = feeds[side][(round * size.manyFeedsOfRound + index) % half];
        return push(operator, feed, `round-${round}-${index}`, size.updatesOfEach);
      });
      if (round > 0) uploads[side].push(rate(startedAt));
      // The plugin is asked: a platform with thousands of feeds takes a while to say how all of them are.
      while ((await healthy.account()).lines < updates) await sleep(LOOK_MS);
      return rate(startedAt);
    };
    const values = await interleave(
      {
        beside: pass('beside', beside.operator),
        alone: pass('alone', alone.operator),
      },
      {
        rounds: size.rounds,
        onRound: (round) => say(`${updates.toLocaleString('en')} updates each way, round ${round}`),
      },
    );
    const figure = (what: string, { beside: ours, alone: reference }: typeof uploads) =>
      figureOf(
        `${size.manyFeeds.toLocaleString('en')} feeds, half of them stuck: ${what} of the others against alone`,
        ratios(ours, reference),
        {
          bound: { is: '>=', limit: 0.8 },
          detail: `${Math.round(median(ours))} updates/s, alone ${Math.round(median(reference))}`,
        },
      );
    return [figure('uploads', uploads), figure('deliveries', values)];
  });
}

async function makeFeeds(operator: Operator, count: number): Promise<string[]> {
  const ids: string[] = [];
  await inTurn(count, AT_ONCE, async () => {
    ids.push((await operator.feed()).id);
  });
  return ids;
}

function push(operator: Operator, feedId: string | undefined, name: string, count: number): Promise<void> {
  if (feedId === undefined) throw new Error('There are fewer feeds than rounds ask for.');
  return operator.push(feedId, numberedUpdates(name, count));
}
