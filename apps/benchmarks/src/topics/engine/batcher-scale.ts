import { Batcher, type BatchLine } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { heapUsed } from './heap-used.ts';
import { nanosecondsEach, policy } from './lines.ts';

const MILLION = 1_000_000;
const LINES = 5 * MILLION;

/** One line object for each key. */
function linesOf(keys: number): BatchLine[] {
  return Array.from({ length: keys }, (_, index) => ({ key: `key-${index}`, bytes: 300 }));
}

/** Adds so many lines, a multiple of those given, over their keys in turn. */
function addThrough(batcher: Batcher<BatchLine>, lines: readonly BatchLine[], count: number): void {
  for (let rest = count; rest > 0; rest -= lines.length) {
    for (const line of lines) batcher.add(line, 1_700_000_000_000);
  }
}

function bareThrough(lines: readonly BatchLine[], count: number): void {
  const groups = new Map<string, BatchLine[]>();
  for (let rest = count; rest > 0; rest -= lines.length) {
    for (const line of lines) {
      const group = groups.get(line.key);
      if (group === undefined) groups.set(line.key, [line]);
      else if (group.push(line) >= policy.maxLines) groups.delete(line.key);
    }
  }
}

/** How cost and memory behave at a million open keys, and after ten million lines. */
export async function batcherScale({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say('batcher.add at 10⁶ open keys and 10⁷ lines');
  const few = linesOf(1_000);
  const many = linesOf(MILLION);
  const old = new Batcher<BatchLine>({ policy });
  addThrough(old, few, 10 * MILLION);
  const fresh = (lines: readonly BatchLine[]) => () =>
    nanosecondsEach(LINES, () => addThrough(new Batcher<BatchLine>({ policy }), lines, LINES));
  const values = await interleave({
    few: async () => fresh(few)(),
    afterTenMillion: async () => nanosecondsEach(LINES, () => addThrough(old, few, LINES)),
    many: async () => fresh(many)(),
    bareFew: async () => nanosecondsEach(LINES, () => bareThrough(few, LINES)),
    bareMany: async () => nanosecondsEach(LINES, () => bareThrough(many, LINES)),
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
}

/** Heap of a million groups of one line each, without the lines and the keys. */
function memoryPerKey(): MeasuredFigure {
  const lines = linesOf(MILLION);
  // A function of its own, so that nothing of one round is left on the stack in the next.
  function grow(): number {
    const before = heapUsed();
    const batcher = new Batcher<BatchLine>({ policy });
    addThrough(batcher, lines, MILLION);
    const grown = heapUsed() - before;
    return grown / batcher.openKeys;
  }
  const values = Array.from({ length: 5 }, grow);
  const detail = `${lines.length.toLocaleString('en')} keys, one line each`;
  return figureOf('memory of an open key beside its lines', values, {
    unit: 'bytes',
    bound: { is: '<=', limit: 300 },
    detail,
  });
}
