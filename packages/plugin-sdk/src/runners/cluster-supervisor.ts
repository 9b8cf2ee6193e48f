import cluster, { type Worker } from 'node:cluster';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import type { PluginLogger } from '../logging/plugin-logger.ts';

/**
 * Watches over one process for each core. A process that dies is started again after a pause that doubles with every
 * death in a row (from 0.5 s to 30 s); one that stayed up for a minute starts the count anew. When processes die ten
 * times in a row without ever listening, the plugin cannot start: the supervisor says so and exits 1.
 */
const firstPauseMs = 500;
const longestPauseMs = 30_000;
const stableMs = 60_000;
const maxDeaths = 10;

interface Message {
  batchfeed?: 'listening' | 'log_level';
  url?: string;
  level?: string;
}

/** Tells a process where to listen. */
export const portVariable = 'PLUGIN_WORKER_PORT';

/**
 * A port that is free now. Were the processes told 0, the port would be given back as soon as all of them are dead at
 * the same moment, and those that take their place would listen on another one than was announced.
 */
const freePort = async (host: string | undefined): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port: 0, ...(host !== undefined && { host }) }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

export interface SupervisorOptions {
  logger: PluginLogger;
  /** 0 for a free one. */
  port: number;
  host: string | undefined;
  shutdownTimeoutMs: number;
}

export const supervise = async ({ logger, port, host, shutdownTimeoutMs }: SupervisorOptions): Promise<void> => {
  const workerPort = port === 0 ? await freePort(host) : port;
  let deaths = 0;
  let announced = false;
  let stopping = false;
  let logLevel: Message | undefined;
  const pauses = new Set<NodeJS.Timeout>();

  const fork = () => {
    const worker = cluster.fork({ [portVariable]: String(workerPort) });
    const stable = setTimeout(() => {
      deaths = 0;
    }, stableMs);
    worker.once('exit', () => clearTimeout(stable));
  };

  const broadcast = (message: Message) => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.send(message);
  };

  cluster.on('message', (worker: Worker, message: Message) => {
    if (message.batchfeed === 'listening') {
      // One that was started later takes the level the others were told.
      if (logLevel !== undefined) worker.send(logLevel);
      if (!announced) process.stdout.write(`${JSON.stringify({ event: 'listening', url: message.url })}\n`);
      announced = true;
    }
    if (message.batchfeed === 'log_level') {
      logLevel = message;
      broadcast(message);
    }
  });

  cluster.on('exit', (worker: Worker, code: number, signal: string) => {
    if (stopping) return;
    deaths += 1;
    logger.error(`Process ${worker.process.pid} died.`, { exit_code: code, signal, deaths });
    if (!announced && deaths >= maxDeaths) {
      process.stderr.write(`The plugin could not start: its processes died ${deaths} times in a row.\n`);
      process.exit(1);
    }
    const pauseMs = Math.min(firstPauseMs * 2 ** (deaths - 1), longestPauseMs);
    const pause = setTimeout(() => {
      pauses.delete(pause);
      fork();
    }, pauseMs);
    pauses.add(pause);
  });

  const stop = () => {
    if (stopping) return;
    stopping = true;
    for (const pause of pauses) clearTimeout(pause);
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    let alive = workers.length;
    if (alive === 0) process.exit(0);
    for (const worker of workers) {
      worker.once('exit', () => {
        alive -= 1;
        if (alive === 0) process.exit(0);
      });
      worker.process.kill('SIGTERM');
    }
    setTimeout(() => process.exit(1), shutdownTimeoutMs + 5_000).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  for (let index = 0; index < availableParallelism(); index += 1) fork();
};
