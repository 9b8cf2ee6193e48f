import type { Configuration } from '../config/configuration.ts';
import type { FeedLifecycle } from '../feed-lifecycle.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/** What the routes work with. */
export interface Services {
  readonly configuration: Configuration;
  readonly lifecycle: FeedLifecycle;
  readonly pipeline: Pipeline;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted when the platform begins to close. */
  readonly closing: AbortSignal;
}
