import type { Topic } from './topic.ts';
import { consoleTopic } from './topics/console.ts';
import { engineTopic } from './topics/engine.ts';
import { mainTopic } from './topics/main-job.ts';
import { platformTopic } from './topics/platform.ts';
import { sdkTopic } from './topics/sdk.ts';
import { shopTopic } from './topics/shop.ts';

/** Every topic there is; `undefined` where its figures are still to come. */
export const topics = {
  main: mainTopic,
  engine: engineTopic,
  sdk: sdkTopic,
  platform: platformTopic,
  shop: shopTopic,
  console: consoleTopic,
} as const satisfies Record<string, Topic | undefined>;
export type TopicName = keyof typeof topics;
