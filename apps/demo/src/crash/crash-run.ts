import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedStatistics } from '@batchfeed/schemas';
import { type Comparison, compareSegment } from '../compare-segment.ts';
import { openDataFolder } from '../data-folder.ts';
import { expectedSegment } from '../expected-segment.ts';
import { followFeed, settledUpdates } from '../follow-feed.ts';
import { generateUpdates } from '../generator/generate-updates.ts';
import { randomOf } from '../generator/random.ts';
import { readShop } from '../read-shop.ts';
import { setUpFeed } from '../set-up-feed.ts';
import { uploadSegment } from '../upload-segment.ts';
import { CrashStack, type Victim, victims } from './crash-stack.ts';
import { Passthrough, type SeenBatch } from './passthrough.ts';

export interface CrashOptions {
  readonly updates: number;
  /** In a round every server is killed once. */
  readonly rounds: number;
  readonly seed: number;
  readonly dataDir: string;
  readonly say: (line: string) => void;
}

export interface CrashResult {
  readonly statistics: FeedStatistics;
  readonly comparison: Comparison;
  readonly kills: Record<Victim, number>;
  readonly deliveries: DeliveryRecord;
}

/** What went by between platform and plugin. */
export interface DeliveryRecord {
  /** Different batch ids. */
  readonly batches: number;
  /** Deliveries under an id that had been seen. */
  readonly repeats: number;
  /** Repeats whose bytes were others than the first time. */
  readonly changed: number;
  /** Lines of all batches, each id counted once. */
  readonly lines: number;
}

const password = 'crash';
const LOOK_MS = 25;

/**
 * Passes a segment through while platform, plugin and shop are killed in turn, and says what the shop holds in the end.
 * Nothing helps the servers but starting them again.
 */
export async function crashRun(options: CrashOptions): Promise<CrashResult> {
  const folder = openDataFolder(options.dataDir);
  const witness = await Passthrough.listen();
  const stack = await CrashStack.start(folder, password);
  try {
    const { feedId, pluginId, versionId } = await setUpFeed(stack, password);
    const plugin = await stack.client.versionUrl(pluginId, versionId);
    witness.target = Number(new URL(plugin).port);
    await stack.client.updateVersion(pluginId, versionId, { base_url: witness.url });
    const uploading = upload(stack, feedId, options);
    const kills = await killInTurn(stack, feedId, options);
    await uploading;
    const signal = new AbortController().signal;
    const ignore = () => {};
    const follow = { client: stack.client, feedId, isUploaded: () => true, signal, onStatistics: ignore };
    const statistics = await followFeed(follow);
    await stack.stop();
    const { people } = readShop(join(folder.shop, 'shop.db'));
    const expected = expectedSegment(generateUpdates({ updates: options.updates, seed: options.seed }));
    const deliveries = recordOf(witness.seen);
    return { statistics, comparison: compareSegment(expected, people), kills, deliveries };
  } finally {
    await stack.stop();
    await witness.close();
    folder.release();
  }
}

/** Uploads until all is in; what an upload that broke off had brought in is asked of the platform. */
async function upload(stack: CrashStack, feedId: string, { updates, seed }: CrashOptions): Promise<void> {
  for (;;) {
    try {
      const { client } = stack;
      const from = (await client.statistics(feedId)).updates.accepted;
      if (from >= updates) return;
      const rest = generateUpdates({ updates, seed, from });
      await uploadSegment({ client, feedId, updates: rest, signal: new AbortController().signal });
    } catch {
      // The platform has just been killed.
      await sleep(LOOK_MS);
    }
  }
}

/** Kills each server in every round, at moments spread over the work. */
async function killInTurn(stack: CrashStack, feedId: string, { updates, rounds, seed, say }: CrashOptions) {
  const random = randomOf(seed, updates, rounds);
  const kills: Record<Victim, number> = { platform: 0, plugin: 0, shop: 0 };
  const total = rounds * victims.length;
  for (let done = 0; done < total; done += 1) {
    const victim = victims[done % victims.length] as Victim;
    await untilSettled(stack, feedId, Math.floor((updates * done) / (total + 1)) + 1);
    await sleep(random() * 50);
    await stack.crash(victim);
    kills[victim] += 1;
    if (victim === 'shop') say(`round ${(done + 1) / victims.length} of ${rounds}`);
  }
  return kills;
}

async function untilSettled(stack: CrashStack, feedId: string, wanted: number): Promise<void> {
  for (;;) {
    if (settledUpdates(await stack.client.statistics(feedId)) >= wanted) return;
    await sleep(LOOK_MS);
  }
}

function recordOf(seen: readonly SeenBatch[]): DeliveryRecord {
  const first = new Map<string, string>();
  let repeats = 0;
  let changed = 0;
  let lines = 0;
  for (const { id, body } of seen) {
    const known = first.get(id);
    if (known === undefined) {
      first.set(id, body);
      lines += (JSON.parse(body) as { batch_content: unknown[] }).batch_content.length;
    } else {
      repeats += 1;
      if (known !== body) changed += 1;
    }
  }
  return { batches: first.size, repeats, changed, lines };
}
