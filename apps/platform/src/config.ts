import { InvalidArgumentError } from 'commander';

/** What the environment says; options on the command line win. */
export interface Environment {
  /** `BATCHFEED_DATA_DIR` */
  readonly dataDir: string | undefined;
  /** `BATCHFEED_HOST`, 127.0.0.1 unless set. */
  readonly host: string;
  /** `BATCHFEED_PORT`, 8080 unless set. */
  readonly port: string;
  /** `BATCHFEED_LOG_LEVEL`, info unless set. */
  readonly logLevel: string;
}

/** The one place that reads the environment. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  return {
    dataDir: env.BATCHFEED_DATA_DIR,
    host: env.BATCHFEED_HOST ?? '127.0.0.1',
    port: env.BATCHFEED_PORT ?? '8080',
    logLevel: env.BATCHFEED_LOG_LEVEL ?? 'info',
  };
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}
