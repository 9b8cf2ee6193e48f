import { setTimeout as sleep } from 'node:timers/promises';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import { inTurn } from '../../in-turn.ts';
import { MemoryWatch } from '../../resident-memory.ts';
import type { TopicContext } from '../../topic.ts';
import type { Operator } from '../platform/operator.ts';
import { numberedUpdates } from './numbered-updates.ts';
import type { OutageSize } from './size.ts';
import { onStage } from './stage.ts';

const LINES_A_BATCH = 200;
const AT_ONCE = 16;
/** Updates of which an upload has sent a part when it is given up. */
const UPDATES = 500;
const PATIENCE_MS = 50;
const WARM_UP_UPLOADS = 200;
/** Until a hang-up is seen and the write in progress has landed, nothing may be taken for so long. */
const QUIET_MS = 500;
const LANDED_MS = 10_000;
const LATER_MS = 3000;

/** Uploads whose clients hang up half-way while the plugin is down: what stays of them in memory, and what is taken later. */
export function givenUp({ say }: TopicContext, size: OutageSize): Promise<MeasuredFigure[]> {
  return onStage(async (stage) => {
    const down = await stage.outagePlugin();
    const { platform, operator } = await stage.platform();
    await operator.register(down.url, LINES_A_BATCH);
    const { id } = await operator.feed();
    await down.down();
    const chunks = [...numberedUpdates('given-up', UPDATES)];
    const giveUpAll = (uploads: number) =>
      inTurn(uploads, AT_ONCE, (index) => operator.pushAndHangUp(id, firstOf(chunks, 1 + (index % chunks.length))));
    // What waits fills the window, so that only what is left of the uploads can still make the process grow.
    await operator.push(id, numberedUpdates('waiting', size.windowUpdates));
    await giveUpAll(WARM_UP_UPLOADS);
    await landedOf(operator, id);
    const before = platform.residentMb();
    const watch = new MemoryWatch(platform.pid);
    say(`giving up ${size.givenUpUploads.toLocaleString('en')} uploads`);
    await giveUpAll(size.givenUpUploads);
    const landed = await landedOf(operator, id);
    await sleep(LATER_MS);
    const later = (await operator.ledger(id)).updates.accepted;
    return [
      figureOf(
        `${size.givenUpUploads.toLocaleString('en')} uploads given up in an outage, growth of resident memory`,
        [watch.stop() - before],
        {
          unit: 'MB',
          bound: { is: '<=', limit: 30 },
          detail: `from ${Math.round(before)} MB; ${landed.toLocaleString('en')} updates of them were taken`,
        },
      ),
      figureOf('updates of them taken after the hang-up, beyond the write in progress', [later - landed], {
        unit: 'updates',
        bound: { is: '<=', limit: 0 },
      }),
    ];
  });
}

/** Updates that are taken once no more are for a moment. */
async function landedOf(operator: Operator, feedId: string): Promise<number> {
  const until = performance.now() + LANDED_MS;
  let accepted = -1;
  for (;;) {
    const now = (await operator.ledger(feedId)).updates.accepted;
    if (now === accepted || performance.now() > until) return now;
    accepted = now;
    await sleep(QUIET_MS);
  }
}

async function* firstOf(chunks: readonly Buffer[], count: number): AsyncGenerator<Buffer> {
  for (const chunk of chunks.slice(0, count)) yield chunk;
  // The client waits for more to send, or for an answer, and then for no longer.
  await sleep(PATIENCE_MS);
}
