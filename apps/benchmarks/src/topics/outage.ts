import type { MeasuredFigure } from '../figure.ts';
import type { Topic } from '../topic.ts';
import { outageParts } from './outage/parts.ts';
import { FULL, USUAL } from './outage/size.ts';

/**
 * The platform as a process, with plugins that are down: nothing listens at their address. `--full` is the form with 2,000,000 updates;
 * `BATCHFEED_PART` names one part to measure alone.
 */
export const outageTopic: Topic = async (context) => {
  const only = process.env.BATCHFEED_PART;
  const size = context.options.full ? FULL : USUAL;
  const figures: MeasuredFigure[] = [];
  for (const [name, part] of Object.entries(outageParts)) {
    context.signal.throwIfAborted();
    if (only === undefined || only === name) figures.push(...(await part(context, size)));
  }
  return figures;
};
