import type { Topic } from '../../topic.ts';
import { endToEnd } from './end-to-end.ts';
import { ingest } from './ingest.ts';
import { manyFeeds } from './many-feeds.ts';
import { memory } from './memory.ts';
import { seedExample } from './seed-example.ts';

/** What the platform's figures are made of, in the order in which they are shown. */
export const platformParts = { seedExample, endToEnd, ingest, memory, manyFeeds } as const satisfies Record<
  string,
  Topic
>;
