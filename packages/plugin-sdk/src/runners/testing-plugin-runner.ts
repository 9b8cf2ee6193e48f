import type { BasePlugin } from '../base-plugin.ts';
import type { Transport } from '../gateway/transport.ts';

/** Holds a plugin for a test and puts a function in the place of its gateway. */
export class TestingPluginRunner {
  readonly plugin: BasePlugin;

  constructor(plugin: BasePlugin, transport?: Transport) {
    this.plugin = plugin;
    if (transport !== undefined) plugin._transport = transport;
  }

  /** Nothing to start: give `runner.plugin.app` to supertest or to `http.createServer`. */
  start(): void {}
}
