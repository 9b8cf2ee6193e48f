import type { Engine, Line, Send } from '@batchfeed/delivery';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { inTurn } from '../../in-turn.ts';
import { MemoryWatch } from '../../resident-memory.ts';
import { scaled } from '../../scale.ts';
import type { TopicContext } from '../../topic.ts';
import { content, policy } from './lines.ts';
import { perSecond, withEngine } from './sqlite-engine.ts';

const LINES_A_KEY = 40;
const KEYS = scaled(50_000);
const COUNT = KEYS * LINES_A_KEY;
const LIVE_KEYS = scaled(5000);
const LIVE_ROUNDS = 3;
const WINDOW_BYTES = 512 * 1024 * 1024;
const LINES_AN_APPEND = 100;
const APPENDS_AT_ONCE = 16;

const DELIVERED: Send = async () => ({ kind: 'delivered' });

/**
 * Two million open lines under many keys, none of which fills a batch: they are places in memory, and their texts are read again when all of
 * them are sent at once. Live delivery beside it: batches of as many lines, sent as soon as they are full, without reading.
 */
export async function openLines({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say(`${COUNT.toLocaleString('en')} open lines under ${KEYS.toLocaleString('en')} keys`);
  const live: number[] = [];
  for (let round = 0; round <= LIVE_ROUNDS; round += 1) {
    const rate = await deliverLive();
    if (round > 0) live.push(rate);
  }
  const open = { ...policy, maxLines: 100 };
  const memory = new MemoryWatch();
  const { batches, sending, taking } = await withEngine(
    { send: DELIVERED, policy: open, windowBytes: WINDOW_BYTES },
    async (engine) => {
      const takingRate = await perSecond(COUNT, () => appendAll(engine, KEYS));
      say(`taken, ${Math.round(memory.largestMb)} MB; sending them`);
      const sendingRate = await perSecond(COUNT, async () => {
        await engine.drain();
        await engine.idle();
      });
      const { delivered } = engine.ledger().batches;
      return { batches: delivered, sending: sendingRate, taking: takingRate };
    },
  );
  const largest = memory.stop();
  return [
    figureOf('2,000,000 open lines under 50,000 keys, batches against the ideal', [batches / KEYS], {
      bound: { is: '<=', limit: 1.01 },
      detail: `${batches.toLocaleString('en')} batches`,
    }),
    figureOf('resident memory meanwhile, largest', [largest], {
      unit: 'MB',
      bound: { is: '<=', limit: 450 },
      detail: `taken at ${Math.round(taking)} lines/s`,
    }),
    figureOf(
      'sending them, rate against live delivery',
      live.map((rate) => sending / rate),
      {
        bound: { is: '>=', limit: 0.4 },
        detail: `${Math.round(sending)} lines/s, live ${Math.round(median(live))}`,
      },
    ),
  ];
}

function deliverLive(): Promise<number> {
  const full = { ...policy, maxLines: LINES_A_KEY };
  return withEngine({ send: DELIVERED, policy: full }, (engine) =>
    perSecond(LIVE_KEYS * LINES_A_KEY, async () => {
      await appendAll(engine, LIVE_KEYS);
      await engine.idle();
    }),
  );
}

/** Round after round of a line for each key, each about a subject of its own. */
function appendAll(engine: Engine, keys: number): Promise<void> {
  return inTurn((keys * LINES_A_KEY) / LINES_AN_APPEND, APPENDS_AT_ONCE, (append) =>
    engine.append(
      Array.from({ length: LINES_AN_APPEND }, (_, offset): Line => {
        const index = append * LINES_AN_APPEND + offset;
        return {
          destination: 'partner',
          key: `key-${index % keys}`,
          subject: `subject-${index}`,
          content: content(index),
        };
      }),
    ),
  );
}
