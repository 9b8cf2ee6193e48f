import type { Ordering } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import { type Grouped, group, type Limits, type SealedBatch, type Update } from './arrivals.ts';

const HOUR = 3_600_000;
const HOURS = 8;
const LIMITS: Limits = { maxLines: 500, maxAgeMs: 60_000 };
/** Subject of the account that flips. The other users come once each. */
const ACCOUNT = -1;

/** One account that goes in and out all the time, beside users that come once: what that does to both. */
export async function orderFlips({ say }: TopicContext): Promise<MeasuredFigure[]> {
  const figures: MeasuredFigure[] = [];
  for (const seconds of [3, 8, 16]) {
    say(`an account that flips every ${seconds} s for ${HOURS} hours`);
    const [ours, none] = (['USER', 'GROUPING_KEY'] satisfies Ordering[]).map((ordering) =>
      group(flips(seconds), LIMITS, ordering, 100),
    );
    if (ours === undefined || none === undefined) throw new Error('two runs give two results');
    figures.push(fillFigure(seconds, ours, none), latenessFigure(seconds, ours));
  }
  return figures;
}

/** Ten users a second come in and ten go out, and the account does one of both in turn. */
function* flips(seconds: number): Generator<Update> {
  let user = 0;
  let isIn = false;
  for (let at = 0; at < HOURS * HOUR; at += 100) {
    for (const key of ['in', 'out']) {
      user += 1;
      yield { at, user, keys: [key] };
    }
    if (at % (seconds * 1_000) > 0) continue;
    isIn = !isIn;
    yield { at, user: ACCOUNT, keys: [isIn ? 'in' : 'out'] };
  }
}

function fillFigure(seconds: number, ours: Grouped, none: Grouped): MeasuredFigure {
  const express = ours.steady.filter(({ batch }) => batch.express).length;
  return figureOf(
    `fill of the others beside an account that flips every ${seconds} s, against no order`,
    [fillOf(ours) / fillOf(none)],
    {
      bound: { is: '>=', limit: 0.85 },
      detail: `${fillOf(ours).toFixed(3)} against ${fillOf(none).toFixed(3)}, and ${express} small batches of the account`,
    },
  );
}

/** Lines in ordinary batches, against those that would have had room. */
function fillOf({ steady }: Grouped): number {
  const ordinary = steady.filter(({ batch }) => !batch.express);
  const lines = ordinary.reduce((sum, { batch }) => sum + batch.lines.length, 0);
  return lines / ordinary.length / LIMITS.maxLines;
}

function latenessFigure(seconds: number, { all }: Grouped): MeasuredFigure {
  const latest: number[] = Array.from({ length: HOURS }, () => 0);
  for (const { at, late } of all.flatMap(latenessOf)) {
    const hour = Math.floor(at / HOUR);
    latest[hour] = Math.max(latest[hour] ?? 0, late);
  }
  return figureOf(`latest line beside an account that flips every ${seconds} s`, [Math.max(...latest)], {
    unit: 'ages',
    bound: { is: '<=', limit: 1.2 },
    detail: `hour by hour ${latest.map((late) => late.toFixed(2)).join(', ')}`,
  });
}

function latenessOf({ batch, sealedAt }: SealedBatch): { at: number; late: number }[] {
  return batch.lines.map(({ at }) => ({ at, late: (sealedAt - at) / LIMITS.maxAgeMs }));
}
