import type { DeadLetter, Engine } from '@batchfeed/delivery';
import type {
  BatchLine,
  DeadLetterFilter,
  DeadLetterGroup,
  DeadLetterQuery,
  DeadLetterResource,
  ReplayDeadLetters,
} from '@batchfeed/schemas';
import type { Page } from '../config/page.ts';
import type { Trace } from '../operations/trace.ts';
import { PlatformError } from '../platform-error.ts';
import { groupOf, matches, STAGES, type Stage } from './dead-letter-filter.ts';
import { deadLetterResource, parseDeadLetterId } from './dead-letter-resource.ts';
import { ReplayOrder } from './replay-order.ts';

/** Dead letters read from the store at a time. */
const PAGE = 200;
/** Overtaken dead letters that a sentence names. */
const NAMED_IDS = 10;

/** What a plugin refused for good: looked at, taken away, and sent again. */
export class DeadLetters {
  readonly #engines: Readonly<Record<Stage, Engine>>;
  readonly #trace: Trace;

  constructor(updates: Engine, lines: Engine, trace: Trace) {
    this.#engines = { update: updates, batch: lines };
    this.#trace = trace;
  }

  /** Dead updates first, then dead batches, each in order of dying. */
  async list(feedId: string, query: DeadLetterQuery): Promise<Page<DeadLetterResource>> {
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

  /** Dead letters by why they died, the largest group first. */
  async groups(feedId: string): Promise<DeadLetterGroup[]> {
    const groups = new Map<string, DeadLetterGroup>();
    for await (const { resource } of this.#matching(feedId, {})) {
      const { lines, dead_ts: at } = resource;
      const { group, ...sameness } = groupOf(resource);
      const known = groups.get(group);
      if (known === undefined) {
        groups.set(group, { group, ...sameness, count: 1, lines, first_dead_ts: at, last_dead_ts: at });
        continue;
      }
      known.count += 1;
      known.lines += lines;
      known.first_dead_ts = Math.min(known.first_dead_ts, at);
      known.last_dead_ts = Math.max(known.last_dead_ts, at);
    }
    return [...groups.values()].sort((one, other) => other.count - one.count || other.last_dead_ts - one.last_dead_ts);
  }

  /**
   * One dead letter, with its lines in clear.
   *
   * @throws PlatformError `NOT_FOUND` when the feed has no dead letter of that name.
   */
  async read(feedId: string, id: string): Promise<{ resource: DeadLetterResource; lines: BatchLine[] }> {
    const { stage, ref } = await this.#named(feedId, id);
    const letter = await this.#engines[stage].deadLetter(ref);
    const contents = await this.#engines[stage].deadContents(ref);
    const lines = contents.map(({ content, subject }, index) => ({
      number: index + 1,
      trace: subject === undefined ? null : this.#trace(feedId, subject),
      bytes: Buffer.byteLength(content),
      content,
    }));
    return { resource: deadLetterResource(stage, letter), lines };
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
   * Sends dead letters again: those named, or all that match; of each stage those first that were sealed first. Returns how many.
   *
   * @throws PlatformError `NOT_FOUND` when the feed has no dead letter of a name; `REPLAY_OVERTAKEN` when later lines of their users were accepted
   *   since, unless `confirm`: nothing is sent then.
   */
  async replay(feedId: string, { ids, confirm = false, ...filter }: ReplayDeadLetters): Promise<number> {
    const order = new ReplayOrder();
    const letters = ids === undefined ? this.#matching(feedId, filter) : this.#namedLetters(feedId, ids);
    for await (const { stage, letter } of letters) order.add(stage, letter);
    if (!confirm) mustNotBeOvertaken(order);
    for (const { stage, ref } of order.inOrder()) {
      // One that was replayed, or deleted for its age, since it was listed is no dead letter any more.
      await this.#engines[stage].replay(ref, { confirmed: confirm }).catch(gone);
    }
    return order.size;
  }

  /** Throws away what died before a time, of all feeds. Returns how many; the ledgers go on counting them. */
  async expire(before: number): Promise<number> {
    let expired = 0;
    for (const stage of STAGES) expired += await this.#engines[stage].expireDeadLetters(before);
    return expired;
  }

  /** Letters by their names, each once. */
  async *#namedLetters(feedId: string, ids: readonly string[]) {
    for (const id of new Set(ids)) yield await this.#named(feedId, id);
  }

  async #named(feedId: string, id: string): Promise<{ stage: Stage; ref: string; letter: DeadLetter }> {
    const named = parseDeadLetterId(id);
    const letter = named && (await this.#engines[named.stage].deadLetter(named.ref).catch(gone));
    if (named === undefined || letter?.destination !== feedId) {
      throw new PlatformError(
        'NOT_FOUND',
        `There is no dead letter ${id} of feed ${feedId}; it may have been replayed, or deleted for its age.`,
      );
    }
    return { ...named, letter };
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
      for await (const letter of this.all(stage, feedId)) {
        const resource = deadLetterResource(stage, letter);
        if (letter.diedAt <= until && matches(resource, filter)) yield { stage, resource, letter };
      }
    }
  }

  /** All of a feed's dead letters of a stage, a page of the store at a time. */
  async *all(stage: Stage, feedId: string): AsyncGenerator<DeadLetter> {
    let after: string | undefined;
    for (;;) {
      const query = { destination: feedId, limit: PAGE, ...(after === undefined ? {} : { after }) };
      const letters = await this.#engines[stage].deadLetters(query);
      yield* letters;
      if (letters.length < PAGE) return;
      after = letters.at(-1)?.ref;
    }
  }
}

/** A letter that was replayed since it was listed. */
export function gone(error: { code?: string }): undefined {
  if (error.code === 'NOT_FOUND') return undefined;
  throw error;
}

/** @throws PlatformError `REPLAY_OVERTAKEN`, naming the letters. */
function mustNotBeOvertaken({ overtaken, overtakenIds }: ReplayOrder): void {
  if (overtaken === 0) return;
  const which = overtakenIds.slice(0, NAMED_IDS).join(', ');
  const more = overtaken > NAMED_IDS ? ` and ${overtaken - NAMED_IDS} more` : '';
  throw new PlatformError(
    'REPLAY_OVERTAKEN',
    `Later lines of their users were accepted since ${overtaken} of the dead letters died: ${which}${more}. Sent now, they may undo what came after them. Nothing was sent; confirm the replay to send them all the same.`,
    { facts: { overtaken, overtakenIds } },
  );
}

function isEmpty(filter: DeadLetterFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}
