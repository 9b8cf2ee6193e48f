import type { RetryPolicy } from '@batchfeed/delivery';
import type { Logger } from 'pino';
import type { HistoryRetention } from './history/history.ts';
import type { RetentionOptions } from './operations/retention.ts';
import type { CircuitPolicy } from './pipeline/circuit.ts';
import type { PluginCallerOptions } from './plugin/plugin-caller.ts';

/** What a platform is opened with. */
export interface PlatformOptions {
  /** Folder of all data; made when it is missing. One platform at a time. */
  readonly dataDir: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. Default 0. */
  readonly port?: number;
  readonly logger: Logger;
  /** Default: the system's clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  readonly caller?: PluginCallerOptions;
  /** Milliseconds an update or batch call may take. Default 30,000. */
  readonly callTimeoutMs?: number;
  /** Updates of one feed under way at once. Default 64. */
  readonly updateConcurrency?: number | undefined;
  /** Batches of one feed under way at once. Default 4. */
  readonly batchConcurrency?: number | undefined;
  /**
   * Bytes of updates and lines that a feed may have waiting, both stages together, where it has no
   * limit of its own; above, uploads are refused until some are gone. Default 4 GiB.
   */
  readonly maxBacklogBytes?: number | undefined;
  /** Bytes of the data folder's disk that must be free for uploads to be taken. Default 1 GiB. */
  readonly minFreeBytes?: number | undefined;
  /** How failed calls are repeated. See `RetryPolicy` of the delivery engine for the defaults. */
  readonly retry?: Partial<RetryPolicy>;
  /**
   * How long statistics are kept by the hour and by the day, and how much of batches and users once
   * they are over.
   */
  readonly retention?: (RetentionOptions & HistoryRetention) | undefined;
  /** When a plugin counts as down, and how often it is asked whether it is back. */
  readonly circuit?: Partial<CircuitPolicy>;
  /**
   * Milliseconds the headers of a request may take, then its body; of an upload, the longest
   * silence. Default 60,000.
   */
  readonly requestTimeoutMs?: number;
  /**
   * The first API token, for the first start; a later one only warns when it is none of those it
   * knows. Default: a random one. At least 32 characters.
   */
  readonly apiToken?: string | undefined;
  /**
   * Whether the first start on a data folder may listen beyond this machine although nobody has
   * chosen a token yet. Default: no. The API speaks plain HTTP: put something in front of it that
   * encrypts.
   */
  readonly allowRemote?: boolean | undefined;
  /**
   * Folder of the built console, served at `/console/`. Without one that address says that there is
   * none.
   */
  readonly consoleDir?: string | undefined;
  /**
   * Bytes of memory for lines that are grouped, sealed or sent, of all feeds together; a
   * thirty-second of it more for updates. What does not fit waits on disk. Default 256 MiB.
   */
  readonly windowBytes?: number | undefined;
  /**
   * Lanes of the store, 1 to 256, fixed by the first start on a data folder: how many processes
   * could share it later. Default 1.
   */
  readonly lanes?: number | undefined;
  /** Called when the store failed for good; close the platform then. */
  readonly onFailure?: (error: Error) => void;
}
