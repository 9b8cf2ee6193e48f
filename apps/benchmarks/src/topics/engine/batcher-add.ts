import { Batcher, type BatchLine } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { batchLines, nanosecondsEach, policy } from './lines.ts';

const passes = 2_000_000;

/** What nobody can do without: find the key's list, push, look at its length. */
const bareLoop = (lines: readonly BatchLine[]): number => {
  const groups = new Map<string, BatchLine[]>();
  let sealed = 0;
  for (const line of lines) {
    const group = groups.get(line.key);
    if (group === undefined) groups.set(line.key, [line]);
    else if (group.push(line) >= policy.maxLines) {
      groups.delete(line.key);
      sealed += 1;
    }
  }
  return sealed;
};

const throughBatcher = (lines: readonly BatchLine[]): number => {
  const batcher = new Batcher<BatchLine>({ policy });
  let sealed = 0;
  for (const line of lines) sealed += batcher.add(line, 1_700_000_000_000).length;
  return sealed;
};

const measure = async (keys: number, subjects = 0) => {
  const lines = batchLines(passes, keys, subjects);
  const values = await interleave({
    ours: async () => nanosecondsEach(passes, () => throughBatcher(lines)),
    bare: async () => nanosecondsEach(passes, () => bareLoop(lines)),
  });
  const detail = `${median(values.ours).toFixed(1)} ns a line, the bare loop ${median(values.bare).toFixed(1)} ns`;
  return { ratios: ratios(values.ours, values.bare), detail };
};

/** `batcher.add` against the bare loop `map.get(key).push(item)` with a length check, and what order across keys costs. */
export const batcherAdd = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  const figures: MeasuredFigure[] = [];
  for (const keys of [1, 1_000, 100_000]) {
    say(`batcher.add over ${keys.toLocaleString('en')} keys`);
    const { ratios: values, detail } = await measure(keys);
    figures.push(
      figureOf(`batcher.add, time against a bare loop, ${keys} keys`, values, {
        bound: { is: '<=', limit: 2 },
        detail,
      }),
    );
  }
  say('batcher.add with a subject in every line');
  const { ratios: values, detail } = await measure(1_000, 50_000);
  figures.push(
    figureOf('batcher.add with subjects, time against a bare loop that keeps no order, 1000 keys', values, { detail }),
  );
  return figures;
};
