import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { Operator } from './operator.ts';
import { startPlatform, startPlugin } from './processes.ts';
import { ndjson, updateTexts } from './updates.ts';

const feeds = 1_000;
const updates = 20_000;
const linesPerBatch = 10;
/** Each with the same number of updates, whether each is for another feed or all are for one. */
const uploads = 1_000;
const uploadsAtOnce = 8;

/** The same uploads to 1,000 active feeds, against all of them to one. */
export const manyFeeds = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  const plugin = await startPlugin();
  const platforms = [await startPlatform(), await startPlatform()] as const;
  const [many, one] = [new Operator(platforms[0]), new Operator(platforms[1])] as const;
  try {
    for (const operator of [many, one]) await operator.register(plugin.url, linesPerBatch);
    say(`activating ${feeds} feeds`);
    const ids: string[] = [];
    for (let index = 0; index < feeds; index += 1) ids.push((await many.feed()).id);
    const { id } = await one.feed();
    const pass = async (operator: Operator, targets: readonly string[], seed: number) => {
      const texts = updateTexts(updates, seed);
      const each = updates / uploads;
      const startedAt = performance.now();
      const queue = Array.from({ length: uploads }, (_, index) => index).values();
      const worker = async () => {
        for (const index of queue)
          await operator.push(targets[index % targets.length]!, ndjson(texts.slice(index * each, (index + 1) * each)));
      };
      await Promise.all(Array.from({ length: uploadsAtOnce }, worker));
      await operator.quiet();
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
