import type { ExplainAnswer, ExplainFeedQuery } from '@batchfeed/schemas';
import { userOf } from '../pipeline/inquiry.ts';
import { isPlatformError } from '../platform-error.ts';
import type { History } from './history.ts';

const NOWHERE: ReadonlySet<string> = new Set(['over', 'unknown']);

/**
 * What the engine says of where something is, completed by what the history knows of what is over. Where that cannot be
 * read, the engine's answer stands as it is.
 */
export async function withHistory(
  history: History,
  feedId: string,
  { user, key, session_id: sessionId, batch }: ExplainFeedQuery,
  answer: ExplainAnswer,
): Promise<ExplainAnswer> {
  try {
    const known = new Set(answer.found.map(({ batch_id: id }) => id));
    if (user !== undefined) {
      const over = await history.explainUser(feedId, userOf(user), known);
      return { ...answer, found: [...answer.found, ...over] };
    }
    if (key !== undefined) {
      const over = await history.explainKey(feedId, { groupingKey: key, sessionId }, known);
      return { ...answer, found: [...answer.found, ...over] };
    }
    const isNowhere = answer.found.every(({ state }) => NOWHERE.has(state));
    const over = batch === undefined || !isNowhere ? undefined : await history.explainBatch(feedId, batch);
    return over === undefined ? answer : { ...answer, found: [over] };
  } catch (error) {
    if (isPlatformError(error) && error.code === 'UNAVAILABLE') return answer;
    throw error;
  }
}
