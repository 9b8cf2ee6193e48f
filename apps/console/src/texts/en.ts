import { audit } from './en/audit.ts';
import { batching } from './en/batching.ts';
import { common } from './en/common.ts';
import { firstRun } from './en/first-run.ts';
import { plugins } from './en/plugins.ts';
import { session } from './en/session.ts';

/**
 * Every text of the console. `{name}` is a placeholder; an entry with `one` and `other` is a plural chosen by `count`.
 * One file for each area of pages, so that two people write at once; a language to come is the same tree elsewhere.
 */
export const en = { audit, batching, common, firstRun, plugins, session } as const;
