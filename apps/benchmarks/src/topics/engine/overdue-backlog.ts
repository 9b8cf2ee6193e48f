import { type Engine, type Send, systemClock } from '@batchfeed/delivery';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import { inTurn } from '../../in-turn.ts';
import { scaled } from '../../scale.ts';
import { withScratchFolder } from '../../scratch-folder.ts';
import type { TopicContext } from '../../topic.ts';
import { content, policy } from './lines.ts';
import { withEngineIn } from './sqlite-engine.ts';

const KEYS = 1000;
const LINES_A_BATCH = 100;
const COUNT = scaled(1_000_000, KEYS);
/** What a line of the window costs in memory without its text. */
const PLACE_BYTES = 160;
const WINDOW_BYTES = 60_000 * PLACE_BYTES;
const MAX_AGE_MS = 60_000;
const LINES_AN_APPEND = 100;
const APPENDS_AT_ONCE = 16;
const LATE_MS = 3_600_000;

const DELIVERED: Send = async () => ({ kind: 'delivered' });

/**
 * A backlog of an hour ago, all of it older than the maximum age, read through a window that holds fewer lines of each key than a batch has.
 * A group that is overdue must fill all the same.
 */
export async function overdueBacklog({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say(
    `${COUNT.toLocaleString('en')} lines under ${KEYS.toLocaleString('en')} keys that are overdue when they are read`,
  );
  const options = {
    send: DELIVERED,
    policy: { ...policy, maxLines: LINES_A_BATCH, maxAgeMs: MAX_AGE_MS },
    windowBytes: WINDOW_BYTES,
  };
  return withScratchFolder(async (folder) => {
    const anHourAgo = { ...systemClock, now: () => systemClock.now() - LATE_MS };
    await withEngineIn(folder, { ...options, clock: anHourAgo, paused: () => true }, appendAll);
    const ledger = await withEngineIn(folder, options, async (engine) => {
      await engine.idle();
      return engine.ledger();
    });
    const { sealed, delivered } = ledger.batches;
    const reasons = Object.entries(sealed).map(([reason, batches]) => `${batches} by ${reason}`);
    return [
      figureOf('backlog older than the maximum age under 1,000 keys, lines a batch', [ledger.delivered / delivered], {
        unit: 'lines',
        bound: { is: '>=', limit: 90 },
        detail: `of ${LINES_A_BATCH}; ${reasons.join(', ')}`,
      }),
    ];
  });
}

function appendAll(engine: Engine): Promise<void> {
  return inTurn(COUNT / LINES_AN_APPEND, APPENDS_AT_ONCE, (append) =>
    engine.append(
      Array.from({ length: LINES_AN_APPEND }, (_, offset) => {
        const index = append * LINES_AN_APPEND + offset;
        return { destination: 'partner', key: `key-${keyOf(index)}`, content: content(index) };
      }),
    ),
  );
}

/** One of the keys, in no order that a batch could profit from. */
function keyOf(index: number): number {
  return (Math.imul(index, 2_654_435_761) >>> 8) % KEYS;
}
