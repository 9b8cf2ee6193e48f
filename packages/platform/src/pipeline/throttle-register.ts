import type { ThrottlingResource, ThrottlingScope } from '@batchfeed/schemas';
import { Throttle } from './throttle.ts';

/** What a throttling can look at of the feed a call is for. */
export interface Throttled {
  readonly datamartId: string;
  readonly organisationId: string;
  readonly throttlings: readonly ThrottlingResource[];
}

/** What calls share an allowance. A plugin version runs in one container, so the container is the version. */
const SHARED_BY: Record<ThrottlingScope, (feed: Throttled) => string> = {
  GLOBAL: () => '',
  CONTAINER: () => '',
  ORGANISATION: ({ organisationId }) => organisationId,
  DATAMART: ({ datamartId }) => datamartId,
};

const NONE: readonly never[] = [];

/** The allowances of all throttlings, made when first needed. */
export class ThrottleRegister {
  readonly #throttles = new Map<string, { throttle: Throttle; throttling: ThrottlingResource }>();

  /** Those that a call of the feed's plugin at this endpoint is under. */
  for(feed: Throttled, endpoint: string): readonly Throttle[] {
    if (feed.throttlings.length === 0) return NONE;
    return applying(feed, endpoint)
      .filter(({ max_qps, max_concurrency }) => max_qps !== undefined || max_concurrency !== undefined)
      .map((throttling) => this.#throttle(throttling, SHARED_BY[throttling.scope](feed)));
  }

  /** Has every call that waits for its turn look again at what it is under, or those of one feed. */
  disturb(feedId?: string): void {
    for (const { throttle } of this.#throttles.values()) throttle.disturb(feedId);
  }

  #throttle(throttling: ThrottlingResource, sharedBy: string): Throttle {
    const name = `${throttling.id} ${sharedBy}`;
    const known = this.#throttles.get(name);
    if (known === undefined) {
      const throttle = new Throttle(throttling);
      this.#throttles.set(name, { throttle, throttling });
      return throttle;
    }
    if (known.throttling !== throttling) {
      known.throttling = throttling;
      known.throttle.limit(throttling);
    }
    return known.throttle;
  }
}

/** The shortest time that applies to a call, or undefined. */
export function timeoutMs(feed: Throttled, endpoint: string): number | undefined {
  if (feed.throttlings.length === 0) return undefined;
  const timeouts = applying(feed, endpoint).flatMap(({ timeout_ms: ms }) => ms ?? []);
  return timeouts.length === 0 ? undefined : Math.min(...timeouts);
}

function applying(feed: Throttled, endpoint: string): ThrottlingResource[] {
  return feed.throttlings.filter(
    ({ plugin_endpoint, scope, throttling_key: key }) =>
      plugin_endpoint === endpoint && (key === undefined || key === SHARED_BY[scope](feed)),
  );
}
