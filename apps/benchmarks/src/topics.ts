import type { Topic } from './topic.ts';
import { consoleTopic } from './topics/console.ts';
import { engineTopic } from './topics/engine.ts';
import { mainTopic } from './topics/main-job.ts';
import { outageTopic } from './topics/outage.ts';
import { platformTopic } from './topics/platform.ts';
import { sdkTopic } from './topics/sdk.ts';
import { shopTopic } from './topics/shop.ts';
import { soakTopic } from './topics/soak.ts';

/** Every topic there is. */
export const topics = {
  main: mainTopic,
  engine: engineTopic,
  sdk: sdkTopic,
  platform: platformTopic,
  outage: outageTopic,
  soak: soakTopic,
  shop: shopTopic,
  console: consoleTopic,
} as const satisfies Record<string, Topic>;
export type TopicName = keyof typeof topics;

export const TOPIC_NAMES = Object.keys(topics);

export function isTopicName(name: string): name is TopicName {
  return Object.hasOwn(topics, name);
}
