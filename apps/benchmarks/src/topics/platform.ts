import type { MeasuredFigure } from '../figure.ts';
import type { Topic } from '../topic.ts';
import { platformParts } from './platform/parts.ts';

/**
 * The platform as a process, with the quickest plugin there can be; `BATCHFEED_PART` names one part to measure alone.
 * What is measured runs in processes of its own, so the parts need none.
 */
export const platformTopic: Topic = async (context) => {
  const only = process.env.BATCHFEED_PART;
  const figures: MeasuredFigure[] = [];
  for (const [name, part] of Object.entries(platformParts)) {
    if (only === undefined || only === name) figures.push(...(await part(context)));
  }
  return figures;
};
