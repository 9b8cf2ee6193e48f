import type { FeedBacklog } from '@batchfeed/schemas';
import { formatBytes } from '../../format/numbers.ts';
import { formatAge } from '../../format/times.ts';
import { t } from '../../texts/text.ts';

/** What of a feed waits, and how long emptying takes where that is known. */
export function backlogText(backlog: FeedBacklog | undefined): string {
  if (backlog === undefined || backlog.updates + backlog.lines === 0) return t('feed.fact.nothingWaits');
  const waiting = t('feed.backlog.waits', {
    updates: t('feed.backlog.updates', { count: backlog.updates }),
    lines: t('feed.backlog.lines', { count: backlog.lines }),
    bytes: formatBytes(backlog.bytes),
  });
  const { empty_in_s: seconds } = backlog;
  return seconds ? t('feed.backlog.emptyIn', { waiting, time: formatAge(seconds * 1_000) }) : waiting;
}
