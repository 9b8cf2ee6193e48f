import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export type VariantName = 'ours' | 'official' | 'bare';

/** What a process says of itself. */
export interface Usage {
  /** User and system time since it started. */
  cpuMicroseconds: number;
  residentBytes: number;
}

/** What all variants are started with. */
export interface Setting {
  /** The main file of the official SDK. */
  official: string;
  gateway: { host: string; port: number };
}

const script = fileURLToPath(new URL('./sdk-server.js', import.meta.url));

/** Plugins run on their author's Node, which may be another: both SDKs then do. */
export const pluginNode = process.env.BATCHFEED_PLUGIN_NODE ?? process.execPath;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A variant as a process. Its log goes nowhere, what it says when it fails to this process's stderr. */
export class ServerProcess {
  private constructor(
    readonly port: number,
    readonly child: ChildProcess,
    /** When it was started, on the clock of `performance.now`. */
    readonly startedAt: number,
  ) {}

  static async start(variant: VariantName, { official, gateway }: Setting): Promise<ServerProcess> {
    const port = await freePort();
    const startedAt = performance.now();
    const child = fork(script, [variant, String(port), official], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execPath: pluginNode,
      execArgv: [],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        PLUGIN_WORKER_ID: 'worker',
        PLUGIN_AUTHENTICATION_TOKEN: 'token',
        GATEWAY_HOST: gateway.host,
        GATEWAY_PORT: String(gateway.port),
      },
    });
    return new ServerProcess(port, child, startedAt);
  }

  async usage(): Promise<Usage> {
    this.child.send('usage');
    const [usage] = (await once(this.child, 'message')) as [Usage];
    return usage;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}
