import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '@batchfeed/store-sqlite';
import { configuration } from './config/configuration.ts';
import { openConfigDatabase } from './config/open-config-database.ts';
import { makeDataFolder, throwStoreError } from './data-folder.ts';
import { FeedLifecycle } from './feed-lifecycle.ts';
import { FeedRemoval } from './feed-removal.ts';
import { Backpressure } from './flow/backpressure.ts';
import { DiskGauge } from './flow/disk-gauge.ts';
import { Reconnections } from './flow/reconnections.ts';
import { History } from './history/history.ts';
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
import { Damages } from './observe/damages.ts';
import { SettledRates } from './observe/settled-rates.ts';
import { Arrivals } from './operations/arrivals.ts';
import { Backups } from './operations/backups.ts';
import { Health } from './operations/health.ts';
import { Observer } from './operations/observer.ts';
import { Retention } from './operations/retention.ts';
import { traces } from './operations/trace.ts';
import { FeedDirectory } from './pipeline/feed-directory.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import type { PlatformOptions } from './platform-options.ts';
import { AddressGuard } from './plugin/address-guard.ts';
import { PluginCaller } from './plugin/plugin-caller.ts';
import { newSecret } from './secrets.ts';
import { StatisticsRecorder } from './statistics/statistics-recorder.ts';
import { openVault } from './vault.ts';
import { FeedViews } from './views/feed-views.ts';

export interface Platform {
  /** Where it listens, like `http://127.0.0.1:4000`. */
  readonly url: string;
  /** The API token, when this start made one: the only time it is known in clear beside the file `api-token`. */
  readonly newApiToken: string | undefined;
  /** Takes nothing more, ends what is in flight within the patience (10 s by default), keeps the rest for the next start. */
  close(patienceMs?: number): Promise<void>;
}

const DEFAULT_MAX_BACKLOG_BYTES = 4 * 1024 ** 3;
const DEFAULT_MIN_FREE_BYTES = 1024 ** 3;

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
  makeDataFolder(dataDir);
  // The store first: it refuses a folder of an earlier release before anything in it is changed.
  const store = await openSqliteStore({ file: join(dataDir, 'lines.db'), ...given({ lanes: options.lanes }) }).catch(
    throwStoreError,
  );
  undo.push(() => store.close());
  const db = openConfigDatabase(join(dataDir, 'platform.db'));
  undo.push(() => db.close());
  const vault = openVault(dataDir);
  const repositories = configuration(db, vault);
  mustBeGuarded(host, options, repositories.apiTokens.isEmpty());
  const newApiToken = repositories.apiTokens.isEmpty() ? (options.apiToken ?? newSecret()) : undefined;
  if (newApiToken === undefined) warnOfUnknownToken(options, repositories.apiTokens);

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
  const rates = new SettledRates();
  const damages = new Damages();
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
    rates,
    damages,
    history: history.recorder,
    logger,
    trace,
    now,
    onFailure: fail,
  });
  const pipeline = await Pipeline.open({ ...options, store, directory, caller, observer, trace, now, logger });
  undo.push(() => pipeline.close(0));

  const lifecycle = new FeedLifecycle({
    configuration: repositories,
    caller,
    inTurn: (...args) => pipeline.inTurn(...args),
    circuitOf: (feedId) => pipeline.circuit(feedId),
    now,
  });
  const reconnections = new Reconnections({
    pending: repositories.pendingConnections,
    connect: (feedId) => lifecycle.connect(feedId),
    connected: (feedId) => {
      pipeline.configurationChanged(feedId);
      if (!pipeline.isHeld(feedId)) pipeline.resume(feedId);
    },
    firstPauseMs: options.circuit?.probeMs,
    longestPauseMs: options.circuit?.maxProbeMs,
    logger,
  });
  undo.push(() => reconnections.stop());
  reconnections.takeUp();
  const views = new FeedViews({ directory, pipeline, reconnections, rates, damages });
  const live = new Live({ configuration: repositories, pipeline, views, latencies, logger, now });
  undo.push(() => live.sampler.close());
  history.tellChanges((feedId, id, summarise) => live.batches.changed(feedId, id, summarise));
  history.settleUnsure((feedId, batchId) => pipeline.inquiry.stateOf(feedId, batchId));
  const backpressure = new Backpressure({
    backlogBytes: (feedId) => pipeline.backlogBytes(feedId),
    backlogLimit: (feedId) => directory.feedBacklogLimit(feedId),
    backlog: (feedId) => views.backlog(feedId),
    rates,
    disk: new DiskGauge({ folder: dataDir, spareBytes: () => store.freeBytes() }),
    minFreeBytes: options.minFreeBytes ?? DEFAULT_MIN_FREE_BYTES,
  });
  const uploads = new UploadRegister({ pipeline, now });
  const retention = new Retention(
    { configuration: repositories, recorder, deadLetters: pipeline.deadLetters, uploads, pipeline, logger, now },
    options.retention,
  );
  retention.makeWhole((feedId) => pipeline.durableTotals(feedId));
  retention.start();
  undo.push(() => retention.stop());
  const backups = new Backups({ dataDir, db, store, history, now });
  const forget = (feedId: string) => {
    rates.forget(feedId);
    damages.forget(feedId);
  };
  const removals = new FeedRemoval({ configuration: repositories, pipeline, history, logger, forget });
  removals.resumeRemovals();
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
    views,
    removals,
    reconnections,
    lineReader,
    readAhead: new ReadAhead(),
    backpressure,
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
    reconnections.stop();
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

/** Fields that are there. */
function given<T extends object>(fields: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
