import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DataFolder } from './data-folder.ts';
import { DemoError } from './demo-error.ts';
import { OperatorClient } from './operator-client.ts';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';

const require = createRequire(import.meta.url);
// Beside this file, built or not: Node runs both.
const IDENTIFIER_PLUGIN = fileURLToPath(new URL(`./identifier-plugin${extname(import.meta.url)}`, import.meta.url));
/** The user the plugin signs in to the shop with. */
export const shopUser = 'batchfeed';

export interface PluginCredentials {
  workerId: string;
  workerToken: string;
}

/** The servers of one run. Each is a process of its own; they meet over HTTP on loopback only. */
export class Stack {
  readonly shop: ServerProcess;
  readonly platform: ServerProcess;
  readonly client: OperatorClient;
  /** Where the platform keeps its API token. */
  readonly tokenFile: string;
  readonly #folder: DataFolder;
  #plugin: ServerProcess | undefined;
  #identifierPlugin: ServerProcess | undefined;
  readonly #broken = new AbortController();
  #isStopping = false;

  private constructor(folder: DataFolder, shop: ServerProcess, platform: ServerProcess) {
    this.#folder = folder;
    this.shop = shop;
    this.platform = platform;
    this.tokenFile = join(folder.platform, 'api-token');
    this.client = new OperatorClient(platform.url, readFileSync(this.tokenFile, 'utf8').trim());
    this.#watch(shop);
    this.#watch(platform);
  }

  /** Starts the shop and the platform on their data in the folder, on these ports if they are free. */
  static async start(
    folder: DataFolder,
    ports: { shop: number; platform: number },
    shopPassword: string,
  ): Promise<Stack> {
    const starting = [
      startOnPort(ports.shop, (port) => ({
        name: 'the shop',
        script: require.resolve('@batchfeed/app-shop'),
        args: ['--data-dir', folder.shop, '--port', String(port)],
        env: { SHOP_API_USER: shopUser, SHOP_API_PASSWORD: shopPassword },
        logFile: join(folder.logs, 'shop.log'),
      })),
      startOnPort(ports.platform, (port) => ({
        name: 'the platform',
        script: require.resolve('@batchfeed/app-platform'),
        args: ['serve', '--data-dir', folder.platform, '--port', String(port)],
        logFile: join(folder.logs, 'platform.log'),
      })),
    ] as const;
    const [shop, platform] = await Promise.allSettled(starting);
    if (shop.status === 'fulfilled' && platform.status === 'fulfilled')
      return new Stack(folder, shop.value, platform.value);
    for (const server of [shop, platform]) if (server.status === 'fulfilled') await server.value.stop();
    throw shop.status === 'rejected' ? shop.reason : (platform as PromiseRejectedResult).reason;
  }

  get plugin(): ServerProcess | undefined {
    return this.#plugin;
  }

  get identifierPlugin(): ServerProcess | undefined {
    return this.#identifierPlugin;
  }

  /** Where the plugin by identifier type writes down what arrives. */
  get identifierRecord(): string {
    return join(this.#folder.identifiers, 'arrived.ndjson');
  }

  /** Starts the example plugin with the credentials the platform issued for it. */
  async startPlugin(credentials: PluginCredentials, preferredPort: number): Promise<ServerProcess> {
    this.#plugin = await startOnPort(preferredPort, (port) => ({
      name: 'the plugin',
      script: require.resolve('@batchfeed/app-shop-audience-feed'),
      env: this.#environment(credentials, port),
      logFile: join(this.#folder.logs, 'plugin.log'),
    }));
    this.#watch(this.#plugin);
    return this.#plugin;
  }

  /** Starts the plugin whose grouping keys are identifier types. */
  async startIdentifierPlugin(credentials: PluginCredentials, preferredPort: number): Promise<ServerProcess> {
    this.#identifierPlugin = await startOnPort(preferredPort, (port) => ({
      name: 'the plugin by identifier type',
      script: IDENTIFIER_PLUGIN,
      args: [this.identifierRecord],
      env: this.#environment(credentials, port),
      logFile: join(this.#folder.logs, 'identifier-plugin.log'),
    }));
    this.#watch(this.#identifierPlugin);
    return this.#identifierPlugin;
  }

  /** Aborted, with a `SERVER_ENDED` for a reason, when one of the servers ends without having been told to. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** The better explanation for a failed call, if there is one: that a server has just ended. */
  async explain(error: unknown): Promise<unknown> {
    // A connection breaks a moment before its process is reported gone.
    if (!this.broken.aborted) await sleep(500);
    return this.broken.aborted ? this.broken.reason : error;
  }

  /** Ends the servers in the order that lets each finish what it has in flight: callers before those they call. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.platform.stop();
    await Promise.all([this.#plugin?.stop(), this.#identifierPlugin?.stop()]);
    await this.shop.stop();
  }

  /** Ends the servers at once. What they have acknowledged is on disk. */
  kill(): void {
    this.#isStopping = true;
    for (const server of [this.platform, this.#plugin, this.#identifierPlugin, this.shop]) server?.kill();
  }

  #environment({ workerId, workerToken }: PluginCredentials, port: number): Record<string, string> {
    return {
      PLUGIN_WORKER_ID: workerId,
      PLUGIN_AUTHENTICATION_TOKEN: workerToken,
      GATEWAY_HOST: '127.0.0.1',
      GATEWAY_PORT: String(this.platform.port),
      PLUGIN_PORT: String(port),
    };
  }

  #watch(server: ServerProcess): void {
    void server.ended.then(({ code, signal }) => {
      if (this.#isStopping) return;
      const error = new DemoError(
        'SERVER_ENDED',
        `${server.name} ended unexpectedly with ${signal ?? `exit code ${code}`}`,
        `its log is ${server.logFile}; starting again goes on from here`,
      );
      this.#broken.abort(error);
    });
  }
}

/** On the port of the last start if that is free, since calls that wait to be made again name it; else on any. */
const startOnPort = async (preferred: number, options: (port: number) => ServerOptions): Promise<ServerProcess> => {
  if (preferred === 0) return startServer(options(0));
  try {
    return await startServer(options(preferred));
  } catch {
    return startServer(options(0));
  }
};
