import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@batchfeed/delivery';

/** How often it is looked whether something has to be sealed. */
const LOOK_EVERY_MS = 100;

/**
 * Resolves when nothing of a feed is left; what is open is sealed as soon as nothing else moves.
 */
export async function emptyFeed(updates: Engine, lines: Engine, feedId: string): Promise<void> {
  await updates.idle(feedId);
  let isEmpty = false;
  const idle = lines.idle(feedId).finally(() => {
    isEmpty = true;
  });
  while (!isEmpty) {
    const { sealed, inFlight } = lines.ledger(feedId);
    if (sealed + inFlight === 0) await lines.drain(feedId);
    await Promise.race([idle, sleep(LOOK_EVERY_MS)]);
  }
  await idle;
}
