// What is measured is a step inside the client, which is no part of its interface: so it is taken from its source.
import { judgeExchange } from '../../../../../packages/shop-batch-client/src/judge-exchange.ts';
import { isRow, makeRow, type Row } from '../../../../../packages/shop-batch-client/src/row.ts';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { batchAnswerText, batchSize, productRow } from './rows.ts';

const answers = 2_000;
const base = 'http://127.0.0.1/';

const rows = (): Row[] =>
  Array.from({ length: batchSize }, (_, index) => makeRow(productRow(index), index, base, () => {})).filter(isRow);

/** From the text of an answer to a verdict on every row: parse, validate, match; against `JSON.parse` of that text. */
export const reading = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  say('reading answers of 200 rows');
  const sent = rows();
  const bodies: Record<string, (index: number) => unknown> = {
    'with items': (index) => ({ id: `SKU-${index}`, ...productRow(index).data }),
    'without bodies': () => ({}),
  };
  const figures: MeasuredFigure[] = [];
  for (const [name, body] of Object.entries(bodies)) {
    const text = batchAnswerText(batchSize, body);
    // Processor time: what else the machine does is not part of it.
    const microseconds = (work: () => unknown) => async () => {
      const before = process.cpuUsage();
      for (let answer = 0; answer < answers; answer += 1) work();
      return process.cpuUsage(before).user / answers;
    };
    const read = () => judgeExchange(sent, { kind: 'answered', status: 200, retryAfter: undefined, text });
    const done = read().verdicts.filter((verdict) => verdict.kind === 'part' && verdict.status === 201);
    if (done.length !== batchSize) throw new Error('the answer does not match the rows');
    const values = await interleave(
      { ours: microseconds(read), bare: microseconds(() => JSON.parse(text)) },
      { rounds: 9 },
    );
    figures.push(
      figureOf(`reading an answer of 200 rows ${name}, time against JSON.parse`, ratios(values.ours, values.bare), {
        bound: { is: '<=', limit: 3 },
        detail: `${median(values.ours).toFixed(0)} µs, JSON.parse ${median(values.bare).toFixed(0)} µs`,
      }),
    );
  }
  return figures;
};
