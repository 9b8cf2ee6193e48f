import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Engine } from '@batchfeed/delivery';
import { type Bound, figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { inTurn } from '../../in-turn.ts';
import { interleave, ratios } from '../../interleave.ts';
import { withScratchFolder } from '../../scratch-folder.ts';
import type { TopicContext } from '../../topic.ts';
import { content } from './lines.ts';
import { insertRaw, openRaw } from './raw-rows.ts';
import { NOWHERE, perSecond, withEngine } from './sqlite-engine.ts';

const COUNT = 200_000;
const KEYS = 1000;
const PRODUCERS = 200;
const MORE_PRODUCERS = 400;
const DESTINATIONS = 1000;
const LINES_AN_APPEND = 8;

/** Durable appends against one row a line, 500 rows a transaction: a line at a time, and spread over many destinations. */
export async function durableAppend({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say(
    `appending ${COUNT.toLocaleString('en')} lines to an engine: one at a time, and 8 at a time to 1,000 destinations`,
  );
  const loopDelays: number[] = [];
  const values = await interleave({
    ours: (round) =>
      withEngine({ send: NOWHERE }, async (engine) => {
        const delay = monitorEventLoopDelay({ resolution: 1 });
        delay.enable();
        const rate = await perSecond(COUNT, () => appendEach(engine, PRODUCERS));
        delay.disable();
        if (round > 0) loopDelays.push(delay.percentile(99) / 1e6);
        return rate;
      }),
    more: () => withEngine({ send: NOWHERE }, (engine) => perSecond(COUNT, () => appendEach(engine, MORE_PRODUCERS))),
    spread: () => withEngine({ send: NOWHERE }, (engine) => perSecond(COUNT, () => appendSpread(engine))),
    raw: () => withScratchFolder(rawRate),
  });
  const figure = (name: string, ours: readonly number[], bound?: Bound) =>
    figureOf(name, ratios(ours, values.raw), {
      ...(bound && { bound }),
      detail: `${Math.round(median(ours))} lines/s, raw ${Math.round(median(values.raw))}`,
    });
  return [
    figure('durable append, rate against raw better-sqlite3', values.ours, { is: '>=', limit: 0.9 }),
    figure(`the same with ${MORE_PRODUCERS} producers`, values.more),
    figureOf("the caller's event loop meanwhile, delay at p99", loopDelays, {
      unit: 'ms',
      bound: { is: '<=', limit: 20 },
    }),
    figure('durable append over 1,000 destinations, 8 lines each time, against raw better-sqlite3', values.spread, {
      is: '>=',
      limit: 0.6,
    }),
  ];
}

async function rawRate(folder: string): Promise<number> {
  const db = openRaw(folder);
  const rate = await perSecond(COUNT, () => insertRaw(db, COUNT, KEYS));
  db.close();
  return rate;
}

function appendEach(engine: Engine, producers: number): Promise<void> {
  return inTurn(COUNT, producers, (index) =>
    engine.append([{ destination: 'partner', key: `key-${index % KEYS}`, content: content(index) }]),
  );
}

function appendSpread(engine: Engine): Promise<void> {
  return inTurn(COUNT / LINES_AN_APPEND, PRODUCERS, (append) =>
    engine.append(
      Array.from({ length: LINES_AN_APPEND }, (_, line) => ({
        destination: `partner-${append % DESTINATIONS}`,
        key: 'key',
        content: content(append * LINES_AN_APPEND + line),
      })),
    ),
  );
}
