import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { Operator } from './operator.ts';
import { startPlatform, startPlugin } from './processes.ts';
import { ndjson, updateTexts } from './updates.ts';

const feeds = 1_000;
const updates = 20_000;
const uploadsAtOnce = 8;

/** The same updates to 1,000 active feeds, against all of them to one. */
export const manyFeeds = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  const plugin = await startPlugin();
  const platforms = [await startPlatform(), await startPlatform()] as const;
  const [many, one] = [new Operator(platforms[0]), new Operator(platforms[1])] as const;
  try {
    for (const operator of [many, one]) await operator.register(plugin.url, 100);
    say(`activating ${feeds} feeds`);
    const ids: string[] = [];
    for (let index = 0; index < feeds; index += 1) ids.push((await many.feed()).id);
    const { id } = await one.feed();
    const pass = async (operator: Operator, targets: readonly string[], seed: number) => {
      const texts = updateTexts(updates, seed);
      const each = updates / targets.length;
      const startedAt = performance.now();
      const queue = targets.entries();
      const worker = async () => {
        for (const [index, target] of queue)
          await operator.push(target, ndjson(texts.slice(index * each, (index + 1) * each)));
      };
      await Promise.all(Array.from({ length: uploadsAtOnce }, worker));
      await operator.finish(targets);
      return (updates / (performance.now() - startedAt)) * 1_000;
    };
    const values = await interleave(
      { many: (round) => pass(many, ids, 400 + round), one: (round) => pass(one, [id], 400 + round) },
      { onRound: (round) => say(round === 0 ? 'warming up' : `round ${round}: ${updates} updates each way`) },
    );
    return [
      figureOf('updates/s with 1,000 feeds active, against 1 feed', ratios(values.many, values.one), {
        bound: { is: '>=', limit: 0.8 },
        detail: `${Math.round(median(values.many))}/s over 1,000 feeds, ${Math.round(median(values.one))}/s over one`,
      }),
    ];
  } finally {
    for (const operator of [many, one]) await operator.close();
    for (const platform of platforms) await platform.stop();
    await plugin.stop();
  }
};
