import type { MeasuredFigure } from '../figure.ts';
import type { Topic } from '../topic.ts';
import { type PartName, parts } from './shop/parts.ts';
import { runProgram } from './shop/processes.ts';

/** The batch endpoint, its client, and the reading of answers; `BATCHFEED_PART` names one part to measure alone. */
export const shopTopic: Topic = async ({ signal }) => {
  const only = process.env.BATCHFEED_PART as PartName | undefined;
  const figures: MeasuredFigure[] = [];
  for (const name of Object.keys(parts) as PartName[]) {
    if (only === undefined || only === name) {
      figures.push(...(await runProgram<MeasuredFigure[]>(['measure', name], { signal })));
    }
  }
  return figures;
};
