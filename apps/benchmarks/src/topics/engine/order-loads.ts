import type { Ordering } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import { group, type Limits, randomFrom, type Update } from './arrivals.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How many batches order across keys makes of loads where users move among keys. */
export async function orderLoads({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say('loads where users move among keys');
  const forever: Limits = { maxLines: 200, maxAgeMs: DAY };
  const aged: Limits = { maxLines: 200, maxAgeMs: MINUTE };
  return [
    exactly('batches of 20,000 users under two keys', () => added(20_000), forever, 200),
    exactly(
      'batches of 10,000 users, added and at once removed, under two keys',
      () => flickering(10_000),
      forever,
      200,
    ),
    against('in and out of a segment under three keys, batches against no order', () => inAndOut(60_000), aged, 1.01),
    against('200 segments under two keys each, batches against no order', () => segments(600_000), aged, 1.2),
  ];
}

function* added(users: number): Generator<Update> {
  for (let user = 0; user < users; user += 1) yield { at: 0, user, keys: ['mail', 'phone'] };
}

function* flickering(users: number): Generator<Update> {
  for (let user = 0; user < users; user += 1) {
    yield { at: 0, user, keys: ['mail', 'phone'] };
    yield { at: 0, user, keys: ['mail', 'phone'] };
  }
}

/** A user comes in each millisecond. From 2,000 users inside on, nine times of ten one of them goes out. */
function* inAndOut(users: number): Generator<Update> {
  const random = randomFrom(7);
  const types = ['mail', 'phone', 'device'];
  const inside: number[] = [];
  for (let user = 0; user < users; user += 1) {
    yield { at: user, user, keys: types.map((type) => `${type} in`) };
    inside.push(user);
    if (inside.length <= 2_000 || random() >= 0.9) continue;
    const [leaving] = inside.splice(Math.floor(random() * inside.length), 1);
    if (leaving !== undefined) yield { at: user, user: leaving, keys: types.map((type) => `${type} out`) };
  }
}

/** An update each millisecond about one of 300,000 users; segment n is 1/n as frequent as the first. */
function* segments(updates: number): Generator<Update> {
  const random = randomFrom(7);
  const shares: number[] = [];
  for (let segment = 1; segment <= 200; segment += 1) shares.push((shares.at(-1) ?? 0) + 1 / segment);
  const total = shares.at(-1) ?? 0;
  for (let at = 0; at < updates; at += 1) {
    const point = random() * total;
    const segment = shares.findIndex((share) => share > point);
    const user = Math.floor(random() * 300_000);
    yield { at, user, keys: [`mail ${segment}`, `phone ${segment}`] };
  }
}

/** Batches with those open at the end: exactly so many are due. */
function exactly(name: string, load: () => Iterable<Update>, limits: Limits, due: number): MeasuredFigure {
  const batches = group(load(), limits, 'USER').all.length;
  // Fewer than are due is impossible, as none may be over its limit.
  return figureOf(name, [batches], { unit: 'batches', bound: { is: '<=', limit: due }, detail: `${due} are due` });
}

/** Batches sealed before the end, against those without order across keys. */
function against(name: string, load: () => Iterable<Update>, limits: Limits, limit: number): MeasuredFigure {
  const [ours, none] = (['USER', 'GROUPING_KEY'] satisfies Ordering[]).map((ordering) =>
    group(load(), limits, ordering),
  );
  if (ours === undefined || none === undefined) throw new Error('two runs give two results');
  const late = ours.steady.flatMap(({ batch, sealedAt }) => batch.lines.map(({ at }) => sealedAt - at));
  const latest = late.reduce((most, each) => Math.max(most, each), 0) / limits.maxAgeMs;
  return figureOf(name, [ours.steady.length / none.steady.length], {
    bound: { is: '<=', limit },
    detail: `${ours.steady.length} against ${none.steady.length}, at most ${ours.mostHeld} lines held, the latest line sealed after ${latest.toFixed(2)} ages`,
  });
}
