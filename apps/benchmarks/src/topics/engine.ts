import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MeasuredFigure } from '../figure.ts';
import type { Topic, TopicContext } from '../topic.ts';
import { type PartName, parts } from './engine/parts.ts';

const script = fileURLToPath(new URL('./alone.js', import.meta.url));

const measureAlone = (name: PartName, { signal }: TopicContext) =>
  new Promise<MeasuredFigure[]>((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ['--expose-gc', script, name],
      { signal, maxBuffer: 1e7 },
      (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout) as MeasuredFigure[])),
    );
    child.stderr?.pipe(process.stderr);
  });

/** Grouping, durable append and delivery; `BATCHFEED_PART` names one part to measure alone. */
export const engineTopic: Topic = async (context) => {
  const only = process.env.BATCHFEED_PART as PartName | undefined;
  const figures: MeasuredFigure[] = [];
  for (const name of Object.keys(parts) as PartName[]) {
    if (only === undefined || only === name) figures.push(...(await measureAlone(name, context)));
  }
  return figures;
};
