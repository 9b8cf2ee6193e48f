import type { FeedBacklog, FeedLeaving, FeedResource, FeedWait } from '@batchfeed/schemas';
import type { Reconnections } from '../flow/reconnections.ts';
import type { Damages } from '../observe/damages.ts';
import type { SettledRates } from '../observe/settled-rates.ts';
import type { CircuitView } from '../pipeline/circuit.ts';
import type { FeedDirectory } from '../pipeline/feed-directory.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { feedBacklog } from './feed-backlog.ts';
import { type FeedKeepers, feedLeaving, feedWaits, isLeaving } from './feed-waits.ts';

interface Parts {
  readonly directory: FeedDirectory;
  readonly pipeline: Pick<Pipeline, 'engines' | 'circuit'>;
  readonly reconnections: Pick<Reconnections, 'view'>;
  readonly rates: SettledRates;
  readonly damages: Damages;
}

/** What is over in a moment, as a matter of course. */
const PASSING: ReadonlySet<FeedWait['for']> = new Set(['call', 'retry']);

/**
 * How feeds stand: whether their plugin answers, what waits, and what for. Asks, and moves nothing.
 */
export class FeedViews {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * How the calls of a feed's plugin stand: whether they are made, or wait for the plugin to come
   * back.
   */
  circuit(feedId: string): CircuitView {
    const { pipeline, reconnections } = this.#parts;
    const circuit = pipeline.circuit(feedId);
    return circuit.state === 'CLOSED' ? (reconnections.view(feedId) ?? circuit) : circuit;
  }

  /** What of a feed is not over. */
  backlog(feedId: string): FeedBacklog {
    const { directory, pipeline, rates } = this.#parts;
    const { update, batch } = pipeline.engines;
    const stage = (engine: typeof update) => ({ backlog: engine.backlog(feedId), ledger: engine.ledger(feedId) });
    const isHeldUp = this.circuit(feedId).state !== 'CLOSED' || directory.find(feedId)?.isHeld === true;
    return feedBacklog(stage(update), stage(batch), rates.of(feedId), isHeldUp);
  }

  /** What keeps a feed from having sent everything; nothing when nothing is left. */
  waits(feedId: string): FeedWait[] {
    const keepers = this.#keepers(feedId);
    return keepers === undefined ? [] : feedWaits(keepers);
  }

  /** What the end of a deleted feed waits for; undefined while it is not being deleted. */
  leaving(feedId: string): FeedLeaving | undefined {
    const keepers = this.#keepers(feedId);
    return keepers === undefined || !isLeaving(keepers.route.status) ? undefined : feedLeaving(keepers);
  }

  /** A feed with how it stands. */
  whole(feed: FeedResource): FeedResource {
    const { id } = feed;
    const damage = this.#parts.damages.of(id);
    const leaving = this.leaving(id);
    // A deleted feed says that of its leaving.
    const waits = leaving === undefined ? this.waits(id).filter((wait) => !PASSING.has(wait.for)) : [];
    return {
      ...feed,
      circuit: this.circuit(id),
      backlog: this.backlog(id),
      ...(damage === undefined ? {} : { damage }),
      ...(waits.length === 0 ? {} : { waits_for: waits }),
      ...(leaving === undefined ? {} : { leaving }),
    };
  }

  #keepers(feedId: string): FeedKeepers | undefined {
    const { directory, pipeline, damages } = this.#parts;
    const route = directory.find(feedId);
    if (route === undefined) return undefined;
    return { engines: pipeline.engines, route, circuit: this.circuit(feedId), damage: damages.of(feedId) };
  }
}
