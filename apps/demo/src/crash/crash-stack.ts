import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DataFolder } from '../data-folder.ts';
import { OperatorClient } from '../operator-client.ts';
import { type ServerOptions, type ServerProcess, startServer } from '../server-process.ts';
import { type PluginCredentials, shopUser } from '../stack.ts';

const require = createRequire(import.meta.url);

export const victims = ['platform', 'plugin', 'shop'] as const;
export type Victim = (typeof victims)[number];

/** The servers of a run in which they are killed: each comes back on its port, on what it had on disk. */
export class CrashStack {
  readonly #folder: DataFolder;
  readonly #password: string;
  readonly #servers = new Map<Victim, ServerProcess>();
  readonly #options = new Map<Victim, (port: number) => ServerOptions>();

  private constructor(folder: DataFolder, password: string) {
    this.#folder = folder;
    this.#password = password;
  }

  static async start(folder: DataFolder, password: string): Promise<CrashStack> {
    const stack = new CrashStack(folder, password);
    await stack.#start('shop', (port) => ({
      name: 'the shop',
      script: require.resolve('@batchfeed/app-shop'),
      args: ['--data-dir', folder.shop, '--port', String(port)],
      env: { SHOP_API_USER: shopUser, SHOP_API_PASSWORD: stack.#password },
      logFile: join(folder.logs, 'shop.log'),
    }));
    await stack.#start('platform', (port) => ({
      name: 'the platform',
      script: require.resolve('@batchfeed/app-platform'),
      args: ['serve', '--data-dir', folder.platform, '--port', String(port)],
      logFile: join(folder.logs, 'platform.log'),
    }));
    return stack;
  }

  get shop(): ServerProcess {
    return this.#server('shop');
  }

  get client(): OperatorClient {
    return new OperatorClient(
      this.#server('platform').url,
      readFileSync(join(this.#folder.platform, 'api-token'), 'utf8').trim(),
    );
  }

  /** Starts the example plugin; after a kill it comes back with the same credentials. */
  startPlugin({ workerId, workerToken }: PluginCredentials): Promise<ServerProcess> {
    const gatewayPort = String(this.#server('platform').port);
    return this.#start('plugin', (port) => ({
      name: 'the plugin',
      script: require.resolve('@batchfeed/app-shop-audience-feed'),
      env: {
        PLUGIN_WORKER_ID: workerId,
        PLUGIN_AUTHENTICATION_TOKEN: workerToken,
        GATEWAY_HOST: '127.0.0.1',
        GATEWAY_PORT: gatewayPort,
        PLUGIN_PORT: String(port),
      },
      logFile: join(this.#folder.logs, 'plugin.log'),
    }));
  }

  /** Ends a server without a word, and starts it again. */
  async crash(victim: Victim): Promise<void> {
    const server = this.#server(victim);
    server.kill();
    await server.ended;
    const options = this.#options.get(victim) as (port: number) => ServerOptions;
    this.#servers.set(victim, await startServer(options(server.port)));
  }

  async stop(): Promise<void> {
    for (const victim of victims) await this.#servers.get(victim)?.stop();
  }

  async #start(victim: Victim, options: (port: number) => ServerOptions): Promise<ServerProcess> {
    this.#options.set(victim, options);
    const server = await startServer(options(0));
    this.#servers.set(victim, server);
    return server;
  }

  #server(victim: Victim): ServerProcess {
    const server = this.#servers.get(victim);
    if (server === undefined) throw new Error(`${victim} was not started`);
    return server;
  }
}
