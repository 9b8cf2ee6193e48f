import type { MeasuredFigure } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import { backlog } from './backlog.ts';
import { deletion } from './deletion.ts';
import { giantUpload } from './giant-upload.ts';
import { givenUp } from './given-up.ts';
import { manyStuckFeeds } from './many-stuck-feeds.ts';
import type { OutageSize } from './size.ts';
import { stuckFeeds } from './stuck-feeds.ts';

export type OutagePart = (context: TopicContext, size: OutageSize) => Promise<MeasuredFigure[]>;

/** What the figures of outages are made of, in the order in which they are shown. */
export const outageParts = {
  backlog,
  stuckFeeds,
  giantUpload,
  manyStuckFeeds,
  deletion,
  givenUp,
} as const satisfies Record<string, OutagePart>;
