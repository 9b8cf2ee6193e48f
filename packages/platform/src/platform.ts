import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RetryPolicy } from '@batchfeed/delivery';
import { openSqliteStore } from '@batchfeed/store-sqlite';
import type { Logger } from 'pino';
import { configuration } from './config/configuration.ts';
import { openFolder, throwStoreError } from './data-folder.ts';
import { FeedLifecycle } from './feed-lifecycle.ts';
import { FeedRemoval } from './feed-removal.ts';
import { History, type HistoryRetention } from './history/history.ts';
import { buildServer } from './http/build-server.ts';
import { ConsoleSessions } from './http/console/console-sessions.ts';
import { Etags } from './http/etags.ts';
import { FailureLimit } from './http/failure-limit.ts';
import type { Services } from './http/services.ts';
import { LineReader } from './ingest/line-reader.ts';
import { ReadAhead } from './ingest/read-ahead.ts';
import { UploadRegister } from './ingest/upload-register.ts';
import { mustBeGuarded, throwListenError, warnOfUnknownToken } from './listen-address.ts';
import { Latencies } from './live/latencies.ts';
import { Live } from './live/live.ts';
import { Arrivals } from './operations/arrivals.ts';
import { Backups } from './operations/backups.ts';
import { Health } from './operations/health.ts';
import { Observer } from './operations/observer.ts';
import { Retention, type RetentionOptions } from './operations/retention.ts';
import { traces } from './operations/trace.ts';
import type { CircuitPolicy } from './pipeline/circuit.ts';
import { FeedDirectory } from './pipeline/feed-directory.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import { AddressGuard } from './plugin/address-guard.ts';
import { PluginCaller, type PluginCallerOptions } from './plugin/plugin-caller.ts';
import { newSecret } from './secrets.ts';
import { StatisticsRecorder } from './statistics/statistics-recorder.ts';
import { openVault } from './vault.ts';

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
   * Bytes of updates and lines that a feed may have waiting, both stages together, where it has no limit of its own; above,
   * uploads are refused until some are gone. Default 4 GiB.
   */
  readonly maxBacklogBytes?: number | undefined;
  /** Bytes of the data folder's disk that must be free for uploads to be taken. Default 1 GiB. */
  readonly minFreeBytes?: number | undefined;
  /** How failed calls are repeated. See `RetryPolicy` of the delivery engine for the defaults. */
  readonly retry?: Partial<RetryPolicy>;
  /** How long statistics are kept by the hour and by the day, and how much of batches and users once they are over. */
  readonly retention?: (RetentionOptions & HistoryRetention) | undefined;
  /** When a plugin counts as down, and how often it is asked whether it is back. */
  readonly circuit?: Partial<CircuitPolicy>;
  /** Milliseconds the headers of a request may take, then its body; of an upload, the longest silence. Default 60,000. */
  readonly requestTimeoutMs?: number;
  /**
   * The first API token, for the first start; a later one only warns when it is none of those it knows. Default: a random
   * one. At least 32 characters.
   */
  readonly apiToken?: string | undefined;
  /**
   * Whether the first start on a data folder may listen beyond this machine although nobody has chosen a token yet.
   * Default: no. The API speaks plain HTTP: put something in front of it that encrypts.
   */
  readonly allowRemote?: boolean | undefined;
  /** Folder of the built console, served at `/console/`. Without one that address says that there is none. */
  readonly consoleDir?: string | undefined;
  /** Called when the store failed for good; close the platform then. */
  readonly onFailure?: (error: Error) => void;
}

export interface Platform {
  /** Where it listens, like `http://127.0.0.1:4000`. */
  readonly url: string;
  /** The API token, when this start made one: the only time it is known in clear beside the file `api-token`. */
  readonly newApiToken: string | undefined;
  /** Takes nothing more, ends what is in flight within the patience (10 s by default), keeps the rest for the next start. */
  close(patienceMs?: number): Promise<void>;
}

const DEFAULT_MAX_BACKLOG_BYTES = 4 * 1024 ** 3;

/** Things to undo, the newest first, when a start fails half-way or the platform closes. */
type Undo = (() => unknown)[];

/**
 * Starts a platform on a data folder and takes up what it left there.
 *
 * @throws PlatformError `DATA_FOLDER_…`, `ADDRESS_UNUSABLE` or `INVALID`; nothing is then running.
 */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const undo: Undo = [];
  try {
    return await start(options, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function start(options: PlatformOptions, undo: Undo): Promise<Platform> {
  const { dataDir, host = '127.0.0.1', port = 0, logger, now = Date.now, onFailure = () => {} } = options;
  const db = openFolder(dataDir);
  undo.push(() => db.close());
  const vault = openVault(dataDir);
  const repositories = configuration(db, vault);
  mustBeGuarded(host, options, repositories.apiTokens.isEmpty());
  const newApiToken = repositories.apiTokens.isEmpty() ? (options.apiToken ?? newSecret()) : undefined;
  if (newApiToken === undefined) warnOfUnknownToken(options, repositories.apiTokens);

  const store = await openSqliteStore({ file: join(dataDir, 'lines.db') }).catch(throwStoreError);
  undo.push(() => store.close());
  const guard = new AddressGuard();
  const caller = new PluginCaller(options.caller, guard);
  undo.push(() => caller.close());
  const directory = new FeedDirectory(repositories, options.maxBacklogBytes ?? DEFAULT_MAX_BACKLOG_BYTES);
  const health = new Health();
  const fail = (error: Error) => {
    health.failed(error);
    onFailure(error);
  };
  const trace = traces(store.id);
  const recorder = new StatisticsRecorder(repositories.statistics, now, fail);
  undo.push(() => recorder.close());
  const arrivals = new Arrivals(trace, now);
  const latencies = new Latencies();
  const history = await History.open({
    file: join(dataDir, 'history.db'),
    storeId: store.id,
    now,
    logger,
    ...options.retention,
  });
  undo.push(() => history.close());
  const observer = new Observer({
    recorder,
    arrivals,
    latencies,
    history: history.recorder,
    logger,
    trace,
    now,
    onFailure: fail,
  });
  const pipeline = await Pipeline.open({
    store,
    directory,
    caller,
    observer,
    trace,
    now,
    callTimeoutMs: options.callTimeoutMs,
    updateConcurrency: options.updateConcurrency,
    batchConcurrency: options.batchConcurrency,
    retry: options.retry,
    circuit: options.circuit,
    logger,
  });
  undo.push(() => pipeline.close(0));
  const live = new Live({ configuration: repositories, pipeline, latencies, logger, now });
  undo.push(() => live.sampler.close());
  history.tellChanges((feedId, id, summarise) => live.batches.changed(feedId, id, summarise));
  history.settleUnsure((feedId, batchId) => pipeline.inquiry.stateOf(feedId, batchId));
  const retention = new Retention(
    { configuration: repositories, recorder, deadLetters: pipeline.deadLetters, logger, now },
    options.retention,
  );
  retention.makeWhole((feedId) => pipeline.durableTotals(feedId));
  retention.start();
  undo.push(() => retention.stop());
  const backups = new Backups({ dataDir, db, store, history, now });

  const lifecycle = new FeedLifecycle(repositories, caller, (...args) => pipeline.inTurn(...args), now);
  const removals = new FeedRemoval({ configuration: repositories, pipeline, history, logger });
  removals.takeUp();
  const uploads = new UploadRegister({
    configuration: repositories,
    acceptedParts: (feedId) => pipeline.countedAppends(feedId),
    now,
  });
  const lineReader = new LineReader();
  undo.push(() => lineReader.close());
  const closing = new AbortController();
  const operations = { recorder, arrivals, backups, health, trace };
  const services: Services = {
    configuration: repositories,
    lifecycle,
    pipeline,
    operations,
    history,
    live,
    removals,
    lineReader,
    readAhead: new ReadAhead(),
    uploads,
    wholeUploads: new Set(),
    etags: new Etags(vault),
    guard,
    failures: new FailureLimit(),
    sessions: new ConsoleSessions(repositories.apiTokens, now),
    consoleDir: options.consoleDir,
    stalledMs: options.requestTimeoutMs,
    now,
    closing: closing.signal,
  };
  const server = buildServer(services, logger);
  undo.push(() => server.close());
  const url = await server.listen({ host, port }).catch((error: unknown) => throwListenError(error, host, port));
  guard.protect(Number(new URL(url).port || 80));
  if (newApiToken !== undefined) {
    writeFileSync(join(dataDir, 'api-token'), `${newApiToken}\n`, { mode: 0o600 });
    repositories.apiTokens.add(newApiToken, { name: 'first', role: 'admin' }, now());
  }

  const close = async (patienceMs: number) => {
    health.closing();
    closing.abort();
    pipeline.stopTaking();
    retention.stop();
    live.sampler.close();
    await server.close();
    await lineReader.close();
    await pipeline.close(patienceMs);
    recorder.close();
    await history.close();
    await caller.close();
    await store.close();
    db.close();
  };
  let closed: Promise<void> | undefined;
  return {
    url,
    newApiToken,
    close(patienceMs = 10_000) {
      closed ??= close(patienceMs);
      return closed;
    },
  };
}
