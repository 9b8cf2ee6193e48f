/**
 * The platform for some minutes under everything that people do with it: updates at a steady rate, searches for users, dead letters that
 * are replayed, feeds that are made, used and deleted. What it shows is whether memory comes to rest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { figureOf, type MeasuredFigure, median } from '../figure.ts';
import type { Topic, TopicContext } from '../topic.ts';
import { onStage } from './outage/stage.ts';
import type { Operator, Registered } from './platform/operator.ts';
import { type PlatformProcess, scriptOf, startServer } from './platform/processes.ts';
import { soakUpdates } from './soak/soak-updates.ts';

const UPDATES_A_SECOND = 1000;
const LINES_A_BATCH = 100;
const MAX_AGE_MS = 5000;
const FEEDS = 4;
const SEARCHES_A_SECOND = 2;
const REPLAY_EVERY_MS = 10_000;
const NEW_FEED_EVERY_MS = 5000;
const NEWS_EVERY_MS = 60_000;
/** Of the time that is looked at, the part at its beginning and its end whose memory is compared. */
const EDGE = 1 / 6;

interface Soak {
  readonly operator: Operator;
  readonly plugin: Registered;
  readonly feeds: readonly string[];
  readonly signal: AbortSignal;
}

export const soakTopic: Topic = (context) =>
  onStage(async (stage) => {
    const { options, say, signal } = context;
    const faulty = await startServer(scriptOf('soak-plugin', '../soak/faulty-plugin.ts'));
    stage.onEnd(() => faulty.stop());
    const { platform, operator } = await stage.platform();
    const plugin = await operator.register(faulty.url, LINES_A_BATCH, MAX_AGE_MS);
    const feeds: string[] = [];
    for (let index = 0; index < FEEDS; index += 1) feeds.push((await operator.feed()).id);
    say(`${options.minutes} minutes of ${UPDATES_A_SECOND} updates/s, searches, replays, feeds made and deleted`);
    const over = AbortSignal.any([signal, AbortSignal.timeout(options.minutes * 60_000)]);
    const soak: Soak = { operator, plugin, feeds, signal: over };
    const samples = watchMemory(platform, context, over);
    const [sent, searches, replayed, made] = await Promise.all([
      send(soak),
      again(over, 1000 / SEARCHES_A_SECOND, (count) => search(soak, count)),
      again(over, REPLAY_EVERY_MS, (count) => replay(soak, count)),
      again(over, NEW_FEED_EVERY_MS, (count) => useFeed(soak, count)),
    ]);
    signal.throwIfAborted();
    await samples.stop();
    const detail = `${sent.toLocaleString('en')} updates, ${searches} searches, ${replayed} replays, ${made} feeds made and deleted`;
    return figuresOf(samples.mb, options.minutes, detail);
  });

/** Growth over the second half: the median at its end against that at its beginning. */
function figuresOf(samples: readonly number[], minutes: number, detail: string): MeasuredFigure[] {
  const half = samples.slice(Math.floor(samples.length / 2));
  const edge = Math.max(1, Math.floor(half.length * EDGE));
  const growth = median(half.slice(-edge)) - median(half.slice(0, edge));
  return [
    figureOf(`soak of ${minutes} minutes, growth of resident memory in the second half`, [growth], {
      unit: 'MB',
      bound: { is: '<=', limit: 5 },
      detail: `${detail}; median ${Math.round(median(half))} MB, largest ${Math.round(Math.max(...samples))} MB`,
    }),
  ];
}

function watchMemory(platform: PlatformProcess, { say }: TopicContext, signal: AbortSignal) {
  const mb: number[] = [];
  const done = again(signal, 1000, async (count) => {
    mb.push(platform.residentMb());
    if (count > 0 && (count * 1000) % NEWS_EVERY_MS === 0) {
      say(`after ${Math.round((count * 1000) / 60_000)} min: ${Math.round(median(mb.slice(-60)))} MB`);
    }
  });
  return { mb, stop: () => done };
}

/** An upload a second, to one feed after the other. Returns how many updates were sent. */
async function send({ operator, feeds, signal }: Soak): Promise<number> {
  const rounds = await again(signal, 1000, async (second) => {
    const feed = feeds[second % feeds.length];
    if (feed !== undefined) await operator.push(feed, soakUpdates(second, UPDATES_A_SECOND));
  });
  return rounds * UPDATES_A_SECOND;
}

/** Looks for a user who has had updates, or will have. */
async function search({ operator, feeds }: Soak, count: number): Promise<void> {
  const feed = count % 2 === 0 ? feeds[count % feeds.length] : undefined;
  await operator.call('POST', '/v1/user_search', {
    user: `soak-${(count * 7919) % 50_000}`,
    ...(feed !== undefined && { feed_id: feed }),
  });
}

/** Replays the dead letters of a feed, all of them, in turn. */
async function replay({ operator, feeds }: Soak, count: number): Promise<void> {
  const feed = feeds[count % feeds.length];
  await operator.call('POST', `/v1/audience_segment_external_feeds/${feed}/dead_letters/replay`, { confirm: true });
}

/** The life of a feed: made, used, deleted with what it holds. */
async function useFeed({ operator, plugin }: Soak, count: number): Promise<void> {
  const { id } = await operator.feed(plugin);
  await operator.push(id, soakUpdates(1_000_000 + count, UPDATES_A_SECOND));
  await operator.discard(id);
}

/** Does something every so many milliseconds until the signal aborts, one after the other. Returns how often. */
async function again(signal: AbortSignal, everyMs: number, work: (count: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let count = 0;
  while (!signal.aborted) {
    await work(count);
    count += 1;
    const due = startedAt + count * everyMs;
    await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => {});
  }
  return count;
}
