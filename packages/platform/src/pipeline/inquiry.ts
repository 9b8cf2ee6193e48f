import type { Engine, ExplainQuery } from '@batchfeed/delivery';
import type { ExplainAnswer, ExplainFeedQuery, FeedLedger, UploadedIdentifier } from '@batchfeed/schemas';
import { userKey } from '../ingest/user-key.ts';
import type { Trace } from '../operations/trace.ts';
import { PlatformError } from '../platform-error.ts';
import { STAGES, type Stage } from './dead-letter-filter.ts';
import { type DeadLetters, gone } from './dead-letters.ts';
import { explanationResource } from './explanation-resource.ts';
import { feedLedger } from './feed-ledger.ts';
import { sessionKey } from './session-key.ts';

/** Dead letters that are looked through for a user, at most, of each stage. */
const SEARCHED_LETTERS = 1_000;

/** Answers the questions an operator has about a feed: where is it, and why is it there? */
export class Inquiry {
  readonly #engines: Readonly<Record<Stage, Engine>>;
  readonly #letters: DeadLetters;
  readonly #trace: Trace;

  constructor(updates: Engine, lines: Engine, letters: DeadLetters, trace: Trace) {
    this.#engines = { update: updates, batch: lines };
    this.#letters = letters;
    this.#trace = trace;
  }

  ledger(feedId: string): FeedLedger {
    return feedLedger(this.#engines.update.ledger(feedId), this.#engines.batch.ledger(feedId));
  }

  /** @throws PlatformError `INVALID` when the user is no identifier. */
  async explain(feedId: string, runningSession: string | undefined, query: ExplainFeedQuery): Promise<ExplainAnswer> {
    const { key, session_id: session = runningSession ?? '', batch, line, user } = query;
    if (user !== undefined) return this.#explainUser(feedId, userOf(user));
    if (key !== undefined) {
      const about = { destination: feedId, key: sessionKey(session, key) };
      return { found: (await this.#engines.batch.explain(about)).map((found) => explanationResource('batch', found)) };
    }
    if (line !== undefined) {
      return { found: await this.#explainOne(feedId, { destination: feedId, line }, ['batch']) };
    }
    return { found: await this.#explainOne(feedId, { batch: batch as string }, ['batch', 'update']) };
  }

  /** What became of a batch that the history lost sight of; undefined when it is still on its way. */
  async stateOf(feedId: string, batch: string): Promise<'delivered' | 'dead' | undefined> {
    const [found] = await this.#explainOne(feedId, { batch }, ['batch']);
    const states = { over: 'delivered', dead: 'dead' } as const;
    return states[found?.state as keyof typeof states];
  }

  /** What waits of a user, in both stages. */
  async waiting(feedId: string, user: string): Promise<ExplainAnswer['found']> {
    const found: ExplainAnswer['found'] = [];
    for (const stage of STAGES) {
      const waiting = await this.#engines[stage].explain({ destination: feedId, subject: user });
      found.push(...waiting.map((explanation) => explanationResource(stage, explanation)));
    }
    return found;
  }

  async #explainOne(feedId: string, about: ExplainQuery, stages: readonly Stage[]) {
    for (const stage of stages) {
      const [found] = await this.#engines[stage].explain(about);
      if (found === undefined || found.state === 'unknown') continue;
      const destination =
        found.state === 'dead' ? found.letter.destination : (found as { destination?: string }).destination;
      if (destination === undefined || destination === feedId) return [explanationResource(stage, found)];
    }
    return [{ stage: stages[0] as Stage, state: 'unknown' as const }];
  }

  async #explainUser(feedId: string, user: string): Promise<ExplainAnswer> {
    const found: ExplainAnswer['found'] = [];
    for (const stage of STAGES) {
      const engine = this.#engines[stage];
      const waiting = await engine.explain({ destination: feedId, subject: user });
      found.push(...waiting.map((explanation) => explanationResource(stage, explanation)));
      let searched = 0;
      for await (const { ref } of this.#letters.all(stage, feedId)) {
        if (searched >= SEARCHED_LETTERS) break;
        searched += 1;
        const letter = await engine.deadLetter(ref).catch(gone);
        if (letter?.subjects.includes(user)) found.push(explanationResource(stage, { state: 'dead', letter }));
      }
    }
    return { trace: this.#trace(feedId, user), found };
  }
}

/** The engine's name of a user, from a user point id or one identifier as JSON. @throws PlatformError `INVALID` */
export function userOf(text: string): string {
  if (!text.startsWith('{')) return userKey([{ type: 'USER_POINT', user_point_id: text }]);
  try {
    return userKey([JSON.parse(text) as UploadedIdentifier]);
  } catch {
    throw new PlatformError('INVALID', 'query parameter user: must be a user point id, or one identifier as JSON.');
  }
}
