import { Batcher, type BatchLine } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { nanosecondsEach, policy } from './lines.ts';

const LINES = 2_000_000;
const KEYS = [1, 1_000, 100_000];
const NOW = 1_700_000_000_000;

/** What the lines are about, and how much of a bare loop's time `add` may then take. */
const KINDS: readonly { name: string; subjectOf: (user: number) => BatchLine['subject']; limit: number }[] = [
  { name: 'batcher.add', subjectOf: () => undefined, limit: 1.5 },
  // The engine gives the batcher a hash of the user.
  { name: 'batcher.add with subjects (32-bit integers)', subjectOf: hashOf, limit: 2.5 },
  { name: 'batcher.add with subjects (strings)', subjectOf: (user) => `subject-${user}`, limit: 2.5 },
];

function hashOf(user: number): number {
  return Math.imul(user, 0x9e37_79b1) | 0;
}

/** One object for each line. A user's lines all have one key. */
function linesOf(keys: number, subjectOf: (user: number) => BatchLine['subject']): BatchLine[] {
  const users = Math.max(50_000, 2 * keys);
  return Array.from({ length: LINES }, (_, index) => {
    return { key: `key-${index % keys}`, bytes: 300, subject: subjectOf((index * 7919) % users) };
  });
}

/** The least that groups lines: find the list of the key, push, look at its length. */
function bareLoop(lines: readonly BatchLine[]): number {
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
}

function throughBatcher(lines: readonly BatchLine[]): number {
  const batcher = new Batcher<BatchLine>({ policy });
  let sealed = 0;
  for (const line of lines) sealed += batcher.add(line, NOW).length;
  return sealed;
}

/** `batcher.add` against a bare loop that keeps no order. */
export async function batcherAdd({ say }: TopicContext): Promise<MeasuredFigure[]> {
  const figures: MeasuredFigure[] = [];
  for (const { name, subjectOf, limit } of KINDS) {
    for (const keys of KEYS) {
      say(`${name} over ${keys.toLocaleString('en')} keys`);
      const lines = linesOf(keys, subjectOf);
      const values = await interleave({
        ours: async () => nanosecondsEach(LINES, () => throughBatcher(lines)),
        bare: async () => nanosecondsEach(LINES, () => bareLoop(lines)),
      });
      figures.push(
        figureOf(`${name}, time against a bare loop, ${keys} keys`, ratios(values.ours, values.bare), {
          bound: { is: '<=', limit },
          detail: `${median(values.ours).toFixed(1)} ns a line, the bare loop ${median(values.bare).toFixed(1)} ns`,
        }),
      );
    }
  }
  return figures;
}
