import type { Topic } from './topic.ts';
import { engineTopic } from './topics/engine.ts';
import { mainTopic } from './topics/main-job.ts';

/** Every topic there is; `undefined` where its figures are still to come. */
export const topics = {
  main: mainTopic,
  engine: engineTopic,
  sdk: undefined,
  platform: undefined,
  shop: undefined,
  console: undefined,
} as const satisfies Record<string, Topic | undefined>;
export type TopicName = keyof typeof topics;
