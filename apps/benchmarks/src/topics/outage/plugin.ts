import { type Server, scriptOf, startServer } from '../platform/processes.ts';
import { fetchJson } from './fetch-json.ts';

/** What came to the plugin, as the plugin counts it. */
export interface Account {
  /** Calls for an update that it answered. */
  readonly updates: number;
  /** Lines of batches that came. */
  readonly lines: number;
  /** Different lines among them. */
  readonly arrived: number;
  /** Lines that had come before. */
  readonly doubled: number;
  /** Lines that first came after a later line of their user. */
  readonly inversions: number;
  /** When the first update and the last line came, in milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A plugin that goes down and comes back, in a process of its own. */
export class OutagePlugin {
  readonly #server: Server;
  readonly #control: string;

  constructor(server: Server) {
    this.#server = server;
    this.#control = server.announced.control ?? '';
  }

  static async start(): Promise<OutagePlugin> {
    return new OutagePlugin(await startServer(scriptOf('outage-plugin', '../outage/counting-plugin.ts')));
  }

  get url(): string {
    return this.#server.url;
  }

  /** From now on nothing listens at its address. */
  async down(): Promise<void> {
    await fetchJson(`${this.#control}/down`);
  }

  async up(): Promise<void> {
    await fetchJson(`${this.#control}/up`);
  }

  account(): Promise<Account> {
    return fetchJson(`${this.#control}/account`);
  }

  /** Forgets what came so far. */
  async reset(): Promise<void> {
    await fetchJson(`${this.#control}/reset`);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
