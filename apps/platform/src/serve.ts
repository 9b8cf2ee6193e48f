import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isPlatformError, openPlatform, type Platform } from '@batchfeed/platform';
import { type Logger, pino } from 'pino';
import { EXIT } from './exit-codes.ts';
import { keepHeapSmall } from './heap.ts';
import type { Settings } from './settings/settings.ts';
import { announceToken } from './token-notice.ts';

/** Secrets that could find their way into a log entry; what people send is never logged at all. */
const REDACTED = ['authorization', 'token', 'authentication_token', 'password'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** Runs the platform until SIGTERM or SIGINT. Resolves with the exit code. */
export async function serve(settings: Settings): Promise<number> {
  keepHeapSmall();
  const options = platformOptions(settings);
  const level = settings.get('log_level') as string;
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: REDACTED },
    pino.destination({ fd: 2, sync: true }),
  );
  let stop: (code: number) => void = () => {};
  const stopped = new Promise<number>((resolve) => {
    stop = resolve;
  });
  const onFailure = (error: Error) => {
    logger.fatal({ err: error }, 'The store failed for good; what was acknowledged is safe. Stopping.');
    stop(EXIT.failure);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'stopping');
      stop(EXIT.ok);
    });
  }
  const platform = await start({ ...options, logger, onFailure });
  if (platform === undefined) return EXIT.failure;
  logger.info(
    { settings: Object.fromEntries(settings.effective().map(({ name, value }) => [name, value])) },
    'started',
  );
  const code = await stopped;
  await platform.close();
  logger.info('stopped');
  return code;
}

/** The settings as the platform takes them. @throws CliError `USAGE` */
export function platformOptions(settings: Settings) {
  return {
    dataDir: settings.needed('data_dir'),
    host: settings.get('host') as string,
    port: settings.number('port'),
    apiToken: settings.get('api_token'),
    allowRemote: settings.get('allow_remote') === 'true',
    requestTimeoutMs: settings.number('request_timeout_ms'),
    callTimeoutMs: settings.number('call_timeout_ms'),
    updateConcurrency: settings.number('update_concurrency'),
    batchConcurrency: settings.number('batch_concurrency'),
    maxBacklogBytes: settings.number('max_backlog_bytes'),
    minFreeBytes: settings.number('min_free_bytes'),
    windowBytes: settings.number('window_bytes'),
    lanes: settings.number('lanes'),
    retention: {
      hourlyDays: settings.number('retention_hourly_days'),
      dailyDays: settings.number('retention_daily_days'),
      deadLetterDays: settings.number('retention_dead_letters_days'),
      historyDays: settings.number('retention_history_days'),
      historyBytes: settings.number('retention_history_bytes'),
    },
  };
}

/** The console, which the build lays beside this file; a checkout that runs from its source has none. */
function builtConsole(): string | undefined {
  const folder = join(import.meta.dirname, 'console');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

async function start(
  options: ReturnType<typeof platformOptions> & { logger: Logger; onFailure: (error: Error) => void },
): Promise<Platform | undefined> {
  try {
    const consoleDir = builtConsole();
    const platform = await openPlatform({ ...options, consoleDir });
    if (platform.newApiToken !== undefined) {
      const isSupplied = options.apiToken !== undefined;
      announceToken({ token: platform.newApiToken, dataDir: options.dataDir, isSupplied }, options.logger);
    }
    const page = consoleDir && `${platform.url}/console/`;
    if (page !== undefined) process.stderr.write(`Console: ${page} (sign in with an API token)\n`);
    process.stdout.write(`${JSON.stringify({ event: 'listening', url: platform.url, console: page })}\n`);
    return platform;
  } catch (error) {
    process.stderr.write(
      `${isPlatformError(error) ? error.message : `The platform cannot start: ${(error as Error).stack}`}\n`,
    );
    return undefined;
  }
}
