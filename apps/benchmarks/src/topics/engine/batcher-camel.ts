import { Batcher, type BatchLine } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { CamelPeer, hasJava, installCamel } from './camel-peer.ts';
import { batchLines, nanosecondsEach, policy } from './lines.ts';

const LINES = 500_000;
const KEYS = 1000;
const LINES_A_BATCH = 100;
const NOW = 1_700_000_000_000;
const NAME = "batcher in memory, lines/s against Apache Camel's aggregator in memory";
const BOUND = { is: '>=', limit: 2 } as const;

/** The same lines, each about a subject, through the batcher and, without subjects, through Camel's aggregator. Needs Java and Maven. */
export async function batcherCamel({ say }: TopicContext): Promise<MeasuredFigure[]> {
  if (!(await hasJava())) {
    say(`skipped, as Java or Maven is missing: ${NAME}`);
    return [];
  }
  await installCamel(say);
  say('the same lines through Apache Camel');
  const lines = batchLines(LINES, KEYS, 2 * LINES);
  const camel = new CamelPeer(LINES, KEYS, LINES_A_BATCH);
  try {
    const values = await interleave({
      ours: async () => nanosecondsEach(LINES, () => throughBatcher(lines)),
      camel: async () => (await camel.round()) / LINES,
    });
    return [
      figureOf(NAME, ratios(values.camel, values.ours), {
        bound: BOUND,
        detail: `${median(values.ours).toFixed(0)} ns a line, Camel ${median(values.camel).toFixed(0)} ns`,
      }),
    ];
  } finally {
    camel.end();
  }
}

function throughBatcher(lines: readonly BatchLine[]): void {
  const batcher = new Batcher<BatchLine>({ policy: { ...policy, maxLines: LINES_A_BATCH } });
  let sealed = 0;
  for (const line of lines) for (const batch of batcher.add(line, NOW)) sealed += batch.lines.length;
  if (sealed !== LINES) throw new Error(`${sealed} of ${LINES} lines were sealed.`);
}
