import type { Configuration } from '../config/configuration.ts';
import type { FeedLifecycle } from '../feed-lifecycle.ts';
import type { FeedRemoval } from '../feed-removal.ts';
import type { Backpressure } from '../flow/backpressure.ts';
import type { Reconnections } from '../flow/reconnections.ts';
import type { History } from '../history/history.ts';
import type { LineReader } from '../ingest/line-reader.ts';
import type { ReadAhead } from '../ingest/read-ahead.ts';
import type { UploadRegister } from '../ingest/upload-register.ts';
import type { Live } from '../live/live.ts';
import type { Arrivals } from '../operations/arrivals.ts';
import type { Backups } from '../operations/backups.ts';
import type { Health } from '../operations/health.ts';
import type { Trace } from '../operations/trace.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { AddressGuard } from '../plugin/address-guard.ts';
import type { StatisticsRecorder } from '../statistics/statistics-recorder.ts';
import type { FeedViews } from '../views/feed-views.ts';
import type { ConsoleSessions } from './console/console-sessions.ts';
import type { Etags } from './etags.ts';
import type { FailureLimit } from './failure-limit.ts';

/** What the routes work with. */
export interface Services {
  readonly configuration: Configuration;
  readonly lifecycle: FeedLifecycle;
  readonly pipeline: Pipeline;
  /** What watches over the platform rather than moving anything. */
  readonly operations: {
    readonly recorder: StatisticsRecorder;
    readonly arrivals: Arrivals;
    readonly backups: Backups;
    readonly health: Health;
    readonly trace: Trace;
  };
  /** What became of batches and users that are over. */
  readonly history: History;
  /** What those who watch are shown. */
  readonly live: Live;
  readonly removals: FeedRemoval;
  readonly lineReader: LineReader;
  readonly readAhead: ReadAhead;
  readonly uploads: UploadRegister;
  readonly backpressure: Backpressure;
  /** How feeds stand. */
  readonly views: FeedViews;
  /** Connection calls that are still to be made. */
  readonly reconnections: Reconnections;
  /** Ids of feeds for which a whole segment is being uploaded. */
  readonly wholeUploads: Set<string>;
  readonly etags: Etags;
  /** Which addresses plugins must not have. */
  readonly guard: AddressGuard;
  readonly failures: FailureLimit;
  /** Operators signed in to the console. */
  readonly sessions: ConsoleSessions;
  /** Folder of the built console; undefined: there is none. */
  readonly consoleDir: string | undefined;
  /** Milliseconds without a byte after which a request's body is given up. */
  readonly stalledMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted when the platform begins to close. */
  readonly closing: AbortSignal;
}
