import { Batcher, type BatchLine } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { nanosecondsEach, policy } from './lines.ts';

const million = 1_000_000;
const passes = 5 * million;

const names = (keys: number) => Array.from({ length: keys }, (_, index) => `key-${index}`);

/** Adds so many lines over so many keys in turn. One line object a key: the lines are not what is measured. */
const addThrough = (batcher: Batcher<BatchLine>, lines: readonly BatchLine[], count: number): void => {
  for (let index = 0, place = 0; index < count; index += 1) {
    batcher.add(lines[place]!, 1_700_000_000_000);
    place = place + 1 === lines.length ? 0 : place + 1;
  }
};

const lineOf = (key: string): BatchLine => ({ key, bytes: 300 });

const bareThrough = (lines: readonly BatchLine[], count: number): void => {
  const groups = new Map<string, BatchLine[]>();
  for (let index = 0, place = 0; index < count; index += 1) {
    const line = lines[place]!;
    const group = groups.get(line.key);
    if (group === undefined) groups.set(line.key, [line]);
    else if (group.push(line) >= policy.maxLines) groups.delete(line.key);
    place = place + 1 === lines.length ? 0 : place + 1;
  }
};

/** How cost and memory behave at a million open keys, and after ten million lines. */
export const batcherScale = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  say('batcher.add at 10⁶ open keys and 10⁷ lines');
  const few = names(1_000).map(lineOf);
  const many = names(million).map(lineOf);
  const old = new Batcher<BatchLine>({ policy });
  addThrough(old, few, 10 * million);
  const fresh = (lines: readonly BatchLine[]) => () =>
    nanosecondsEach(passes, () => addThrough(new Batcher<BatchLine>({ policy }), lines, passes));
  const values = await interleave({
    few: async () => fresh(few)(),
    afterTenMillion: async () => nanosecondsEach(passes, () => addThrough(old, few, passes)),
    many: async () => fresh(many)(),
    bareFew: async () => nanosecondsEach(passes, () => bareThrough(few, passes)),
    bareMany: async () => nanosecondsEach(passes, () => bareThrough(many, passes)),
  });
  const ns = (series: readonly number[]) => `${median(series).toFixed(1)} ns`;
  const bound = { is: '<=', limit: 1.3 } as const;
  const overBareMany = ratios(values.many, values.bareMany);
  const overBareFew = ratios(values.few, values.bareFew);
  return [
    figureOf('batcher.add after 10⁷ lines, time against the first', ratios(values.afterTenMillion, values.few), {
      bound,
      detail: `${ns(values.afterTenMillion)} a line against ${ns(values.few)}`,
    }),
    figureOf('batcher.add at 10⁶ keys, time against 10³ keys', ratios(values.many, values.few), {
      bound,
      detail: `${ns(values.many)} a line against ${ns(values.few)}; the bare loop's own: ${ns(values.bareMany)} against ${ns(values.bareFew)}`,
    }),
    figureOf('the same over what the bare loop takes at each', ratios(overBareMany, overBareFew), {
      bound,
      detail: 'what the batcher adds to the cost of a map of that size',
    }),
    memoryPerKey(),
  ];
};

/** Heap of a million groups of one line each, without the lines and the keys. */
const memoryPerKey = (): MeasuredFigure => {
  const lines = names(million).map(lineOf);
  // In a function of its own, so that nothing of one round is left on the stack in the next.
  const grow = () => {
    const before = collected();
    const batcher = new Batcher<BatchLine>({ policy });
    addThrough(batcher, lines, million);
    const grown = collected() - before;
    return grown / batcher.openKeys;
  };
  const values = Array.from({ length: 5 }, grow);
  const detail = `${lines.length.toLocaleString('en')} keys, one line each`;
  return figureOf('memory of an open key beside its lines', values, {
    unit: 'bytes',
    bound: { is: '<=', limit: 300 },
    detail,
  });
};

const collected = (): number => {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};
