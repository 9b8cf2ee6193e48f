import { setTimeout } from 'node:timers/promises';
import { type DeliveryEvent, type Engine, type Send, systemClock } from '@batchfeed/delivery';
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
const LOOK_MS = 20;

type Sealed = Pick<Extract<DeliveryEvent, { type: 'sealed' }>, 'lines' | 'reason'>;

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
    const sealed: Sealed[] = [];
    const onEvent = (event: DeliveryEvent) => {
      if (event.type === 'sealed') sealed.push({ lines: event.lines, reason: event.reason });
    };
    // When nothing waits any more, what is left open is sealed as it is: that says nothing of how batches fill.
    const whileWaiting = await withEngineIn(folder, { ...options, onEvent }, async (engine) => {
      let count = 0;
      while (engine.backlog('partner').waiting > 0) {
        count = sealed.length;
        await setTimeout(LOOK_MS);
      }
      await engine.idle();
      return sealed.slice(0, count);
    });
    const lines = whileWaiting.reduce((sum, batch) => sum + batch.lines, 0);
    const full = whileWaiting.filter(({ reason }) => reason === 'lines').length;
    return [
      figureOf('backlog older than the maximum age under 1,000 keys, lines a batch', [lines / whileWaiting.length], {
        unit: 'lines',
        bound: { is: '>=', limit: 90 },
        detail: `of ${LINES_A_BATCH}; ${whileWaiting.length} batches, ${full} of them full`,
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
