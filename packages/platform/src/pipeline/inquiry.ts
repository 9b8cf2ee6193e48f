import type { DeadLetter, Engine } from '@batchfeed/delivery';
import type {
  DeadLetterFilter,
  DeadLetterQuery,
  DeadLetterResource,
  ExplainAnswer,
  ExplainFeedQuery,
  FeedLedger,
  UploadedIdentifier,
} from '@batchfeed/schemas';
import type { Page } from '../config/page.ts';
import { userKey } from '../ingest/user-key.ts';
import type { Trace } from '../operations/trace.ts';
import { PlatformError } from '../platform-error.ts';
import { deadLetterResource, parseDeadLetterId } from './dead-letter-resource.ts';
import { explanationResource } from './explanation-resource.ts';
import { feedLedger } from './feed-ledger.ts';
import { sessionKey } from './session-key.ts';

type Stage = DeadLetterResource['stage'];
const STAGES = ['update', 'batch'] as const satisfies readonly Stage[];
/** Dead letters read from the store at a time. */
const PAGE = 200;
/** Dead letters that are looked through for a user, at most, of each stage. */
const SEARCHED_LETTERS = 1_000;

/** Answers the questions an operator has about a feed: where is it, why is it there, and what died. */
export class Inquiry {
  readonly #engines: Readonly<Record<Stage, Engine>>;
  readonly #trace: Trace;

  constructor(updates: Engine, lines: Engine, trace: Trace) {
    this.#engines = { update: updates, batch: lines };
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
    if (line !== undefined) return { found: await this.#explainOne(feedId, { line }, ['batch']) };
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

  /** Dead updates first, then dead batches, each in order of dying. */
  async deadLetters(feedId: string, query: DeadLetterQuery): Promise<Page<DeadLetterResource>> {
    const { first_result: first, max_results: max, ...filter } = query;
    if (isEmpty(filter)) return this.#page(feedId, first, max);
    const items: DeadLetterResource[] = [];
    let total = 0;
    for await (const { resource } of this.#matching(feedId, filter)) {
      if (total >= first && items.length < max) items.push(resource);
      total += 1;
    }
    return { items, total };
  }

  /** Dead letters with the contents of their lines, read as they are asked for. */
  async *export(feedId: string, filter: DeadLetterFilter): AsyncGenerator<string> {
    for await (const { resource, letter } of this.#matching(feedId, filter)) {
      const contents = await this.#engines[resource.stage].deadLines(letter.ref).catch(gone);
      // Contents are JSON already. A letter that was replayed since it was listed is no dead letter any more.
      if (contents !== undefined) {
        yield `${JSON.stringify(resource).slice(0, -1)},"contents":[${contents.join(',')}]}\n`;
      }
    }
  }

  /**
   * Sends dead letters again: those named, or all that match. Returns how many.
   *
   * @throws PlatformError `NOT_FOUND` when the feed has no dead letter of a name.
   */
  async replay(feedId: string, { ids, ...filter }: DeadLetterFilter & { ids?: readonly string[] | undefined }) {
    if (ids !== undefined) {
      const named = await Promise.all([...new Set(ids)].map((id) => this.#named(feedId, id)));
      for (const { stage, ref } of named) await this.#engines[stage].replay(ref);
      return named.length;
    }
    let replayed = 0;
    for await (const { resource, letter } of this.#matching(feedId, filter)) {
      await this.#engines[resource.stage].replay(letter.ref);
      replayed += 1;
    }
    return replayed;
  }

  async #named(feedId: string, id: string): Promise<{ stage: Stage; ref: string }> {
    const named = parseDeadLetterId(id);
    const letter = named && (await this.#engines[named.stage].deadLetter(named.ref).catch(gone));
    if (named === undefined || letter?.destination !== feedId) {
      throw new PlatformError(
        'NOT_FOUND',
        `There is no dead letter ${id} of feed ${feedId}; it may have been replayed.`,
      );
    }
    return named;
  }

  /** A page of all of them: reads no more than it has to, as the ledger says how many there are. */
  async #page(feedId: string, first: number, max: number): Promise<Page<DeadLetterResource>> {
    const items: DeadLetterResource[] = [];
    let skip = first;
    let total = 0;
    for (const stage of STAGES) {
      const engine = this.#engines[stage];
      const count = engine.ledger(feedId).batches.dead;
      total += count;
      const wanted = max - items.length;
      if (skip < count && wanted > 0) {
        const letters = await engine.deadLetters({ destination: feedId, limit: skip + wanted });
        items.push(...letters.slice(skip).map((letter) => deadLetterResource(stage, letter)));
      }
      skip = Math.max(0, skip - count);
    }
    return { items, total };
  }

  /** All of the feed's dead letters that match, a page of the store at a time; what dies meanwhile is not waited for. */
  async *#matching(feedId: string, filter: DeadLetterFilter) {
    const until = Date.now();
    for (const stage of STAGES) {
      if (filter.stage !== undefined && filter.stage !== stage) continue;
      for await (const letter of this.#all(stage, feedId)) {
        const resource = deadLetterResource(stage, letter);
        if (letter.diedAt <= until && matches(resource, filter)) yield { resource, letter };
      }
    }
  }

  async *#all(stage: Stage, feedId: string): AsyncGenerator<DeadLetter> {
    let after: string | undefined;
    for (;;) {
      const query = { destination: feedId, limit: PAGE, ...(after === undefined ? {} : { after }) };
      const letters = await this.#engines[stage].deadLetters(query);
      yield* letters;
      if (letters.length < PAGE) return;
      after = letters.at(-1)?.ref;
    }
  }

  async #explainOne(feedId: string, about: { batch: string } | { line: string }, stages: readonly Stage[]) {
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
      for await (const { ref } of this.#all(stage, feedId)) {
        if (searched >= SEARCHED_LETTERS) break;
        searched += 1;
        const letter = await engine.deadLetter(ref).catch(gone);
        if (letter?.subjects.includes(user)) found.push(explanationResource(stage, { state: 'dead', letter }));
      }
    }
    return { trace: this.#trace(feedId, user), found };
  }
}

/** A letter that was replayed since it was listed. */
function gone(error: { code?: string }): undefined {
  if (error.code === 'NOT_FOUND') return undefined;
  throw error;
}

function isEmpty(filter: DeadLetterFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

const TESTS: {
  [Name in keyof DeadLetterFilter]-?: (
    letter: DeadLetterResource,
    wanted: NonNullable<DeadLetterFilter[Name]>,
  ) => boolean;
} = {
  stage: ({ stage }, wanted) => stage === wanted,
  grouping_key: ({ grouping_key: key }, wanted) => key === wanted,
  http_status: ({ http_status: status }, wanted) => status === wanted,
  reason: ({ reason }, wanted) => reason.toLowerCase().includes(wanted.toLowerCase()),
  from_ts: ({ dead_ts: at }, wanted) => at >= wanted,
  to_ts: ({ dead_ts: at }, wanted) => at < wanted,
};

function matches(letter: DeadLetterResource, filter: DeadLetterFilter): boolean {
  return Object.entries(TESTS).every(([name, test]) => {
    const wanted = filter[name as keyof DeadLetterFilter];
    return wanted === undefined || (test as (letter: DeadLetterResource, wanted: unknown) => boolean)(letter, wanted);
  });
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
