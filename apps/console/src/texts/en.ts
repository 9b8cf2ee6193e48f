import { audit } from './en/audit.ts';
import { batches } from './en/batches.ts';
import { batching } from './en/batching.ts';
import { common } from './en/common.ts';
import { deadLetters } from './en/dead-letters.ts';
import { feed } from './en/feed.ts';
import { feeds } from './en/feeds.ts';
import { firstRun } from './en/first-run.ts';
import { lines } from './en/lines.ts';
import { plugins } from './en/plugins.ts';
import { session } from './en/session.ts';
import { users } from './en/users.ts';

/**
 * Every text of the console. `{name}` is a placeholder; an entry with `one` and `other` is a plural chosen by `count`.
 * One file for each area of pages, so that two people write at once; a language to come is the same tree elsewhere.
 */
export const en = {
  audit,
  batches,
  batching,
  common,
  deadLetters,
  feed,
  feeds,
  firstRun,
  lines,
  plugins,
  session,
  users,
} as const;
