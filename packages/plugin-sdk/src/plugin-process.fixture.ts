import { type ChildProcess, spawn } from 'node:child_process';

/** A plugin in a process of its own, for the tests of what a process does. */
export class PluginProcess {
  stderr = '';
  stdout = '';
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;

  constructor(environment: Record<string, string> = {}) {
    const script = new URL('./main.fixture.ts', import.meta.url).pathname;
    this.#child = spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', script], {
      env: {
        PATH: process.env.PATH,
        PLUGIN_WORKER_ID: 'worker-9876',
        PLUGIN_AUTHENTICATION_TOKEN: 'token-54321',
        PLUGIN_PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout!.on('data', (text) => {
      this.stdout += text;
    });
    this.#child.stderr!.on('data', (text) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('close', resolve);
    });
  }

  /** The URL it says it listens on. */
  async url(): Promise<string> {
    while (!this.stdout.includes('\n')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (this.#child.exitCode !== null) throw new Error(`It exited ${this.#child.exitCode}: ${this.stderr}`);
    }
    return JSON.parse(this.stdout.split('\n')[0]!).url;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.exited;
  }
}

export const post = async (url: string, path: string, body: unknown) => {
  const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: JSON.parse(await response.text()) };
};
