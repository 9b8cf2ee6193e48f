import cluster from 'node:cluster';
import type { Server } from 'node:http';
import type { BasePlugin } from '../base-plugin.ts';
import { readPluginPort } from '../environment.ts';
import { portVariable, supervise } from './cluster-supervisor.ts';
import { PluginServer } from './plugin-server.ts';

export interface RunnerOptions {
  /** The address to bind; all interfaces unless told otherwise. */
  host?: string;
  /** Milliseconds requests under way have when the plugin is told to stop. Default 30,000. */
  shutdownTimeoutMs?: number;
}

const defaultShutdownTimeoutMs = 30_000;

/**
 * Serves a plugin for real. Prints `{"event":"listening","url":…}` on stdout when it listens. SIGTERM or SIGINT: it
 * takes nothing new, answers what is under way and exits 0. A handler's promise that nobody awaited is logged and does
 * no more harm; an uncaught exception is logged, what is under way is answered, and the process exits 1.
 */
export class ProductionPluginRunner {
  readonly plugin: BasePlugin;
  server: Server | undefined;
  readonly #options: RunnerOptions;
  #pluginServer: PluginServer | undefined;
  #stopping = false;

  constructor(plugin: BasePlugin, options: RunnerOptions = {}) {
    this.plugin = plugin;
    this.#options = options;
  }

  /**
   * @param port where to listen, 0 for a free port; `PLUGIN_PORT` by default, 8080 without it
   * @param multiProcess one process for each core; the first one only watches over the others
   */
  start(port?: number, multiProcess = false): void {
    let where: number;
    try {
      where = port ?? readPluginPort();
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    if (multiProcess && cluster.isPrimary) {
      const { logger } = this.plugin;
      const options = { logger, port: where, host: this.#options.host, shutdownTimeoutMs: this.#shutdownTimeoutMs() };
      supervise(options).catch((error) => this.#giveUp(error));
      return;
    }
    if (multiProcess) this.#obeySupervisor();
    this.#watchProcess();
    void this.#listen(multiProcess ? Number(process.env[portVariable]) : where);
  }

  /** Stops as SIGTERM does, without exiting. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#pluginServer?.close(this.#shutdownTimeoutMs());
  }

  #shutdownTimeoutMs(): number {
    return this.#options.shutdownTimeoutMs ?? defaultShutdownTimeoutMs;
  }

  async #listen(port: number): Promise<void> {
    this.#pluginServer = new PluginServer(this.plugin.app);
    this.server = this.#pluginServer.server;
    try {
      const url = await this.#pluginServer.listen({ port, host: this.#options.host });
      if (process.send !== undefined && cluster.isWorker) process.send({ batchfeed: 'listening', url });
      else process.stdout.write(`${JSON.stringify({ event: 'listening', url })}\n`);
      this.plugin.start();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'the port is taken; set PLUGIN_PORT to another one.' : message;
    process.stderr.write(`The plugin could not start: ${reason}\n`);
    process.exit(1);
  }

  #watchProcess(): void {
    const stop = (exitCode: number) => {
      if (this.#stopping) return;
      void this.stop().then(() => process.exit(exitCode));
    };
    process.on('SIGTERM', () => stop(0));
    process.on('SIGINT', () => stop(0));
    process.on('unhandledRejection', (error) => {
      this.plugin.logger.error('A promise was rejected that nobody awaits.', { error });
    });
    process.on('uncaughtException', (error) => {
      this.plugin.logger.error('An exception was not caught; the plugin stops.', { error });
      stop(1);
    });
  }

  #obeySupervisor(): void {
    this.plugin.multiThread = true;
    process.on('message', (message: { batchfeed?: string; level?: string }) => {
      if (message.batchfeed === 'log_level' && message.level !== undefined) this.plugin.onLogLevelUpdate(message.level);
    });
    process.on('disconnect', () => process.exit(0));
  }
}
