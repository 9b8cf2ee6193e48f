import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const start = async (script: string, args: readonly string[]): Promise<Server> => {
  const child: ChildProcess = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_096);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => resolve((JSON.parse(line) as { url: string }).url));
    child.once('close', () => reject(new Error(`${script} ended before it listened: ${said}`)));
  });
  return {
    url,
    pid: child.pid!,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      if (child.exitCode !== 0) throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}: ${said}`);
    },
  };
};

export const startPlugin = (): Promise<Server> =>
  start(fileURLToPath(new URL('./platform-plugin.js', import.meta.url)), []);

export interface PlatformProcess extends Server {
  readonly token: string;
  /** Resident memory now, in MB. */
  residentMb(): number;
}

/** A platform on a folder of its own, which is gone when it stops. */
export const startPlatform = async (): Promise<PlatformProcess> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'batchfeed-bench-'));
  const script = require.resolve('@batchfeed/app-platform');
  const server = await start(script, ['serve', '--data-dir', dataDir, '--port', '0', '--log-level', 'warn']);
  return {
    ...server,
    token: readFileSync(join(dataDir, 'api-token'), 'utf8').trim(),
    residentMb: () => {
      const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024;
    },
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
