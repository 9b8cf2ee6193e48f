import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { residentMb } from '../../resident-memory.ts';

const require = createRequire(import.meta.url);
const isBuilt = import.meta.url.endsWith('.js');

/** What a server says on stdout once it listens. */
export type Announcement = Readonly<Record<string, string>> & { readonly url: string };

export interface Server {
  readonly url: string;
  readonly pid: number;
  readonly announced: Announcement;
  stop(): Promise<void>;
}

/** A script of this app: its built file, or its source where nothing is built. */
export function scriptOf(built: string, source: string): string {
  return fileURLToPath(new URL(isBuilt ? `./${built}.js` : source, import.meta.url));
}

/** Starts a script as a process of its own, and resolves once it says that it listens. */
export async function startServer(script: string, args: readonly string[] = []): Promise<Server> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const announced = await new Promise<Announcement>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(JSON.parse(line)));
    child.once('close', () => reject(new Error(`${script} ended before it listened: ${said}`)));
  });
  return {
    url: announced.url,
    pid: child.pid ?? 0,
    announced,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      if (child.exitCode !== 0) throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}: ${said}`);
    },
  };
}

/**
 * The quickest plugin there can be. Lines are grouped by operation, or there is a line for each type of identifier, under that type.
 */
export function startPlugin(lines: 'operation' | 'types' = 'operation'): Promise<Server> {
  return startServer(scriptOf('platform-plugin', './plugin-server.ts'), [lines]);
}

export interface PlatformProcess extends Server {
  readonly token: string;
  readonly dataDir: string;
  /** Milliseconds from its start until it listened. */
  readonly startedInMs: number;
  /** Resident memory now, in MB. */
  residentMb(): number;
}

/** A platform on a data folder that stays when it stops. */
export async function startPlatformOn(dataDir: string): Promise<PlatformProcess> {
  const script = require.resolve('@batchfeed/app-platform');
  const startedAt = performance.now();
  const server = await startServer(script, ['serve', '--data-dir', dataDir, '--port', '0', '--log-level', 'error']);
  return {
    ...server,
    dataDir,
    startedInMs: performance.now() - startedAt,
    token: readFileSync(join(dataDir, 'api-token'), 'utf8').trim(),
    residentMb: () => residentMb(server.pid),
  };
}

/** A platform on a folder of its own, which is gone when it stops. */
export async function startPlatform(): Promise<PlatformProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'batchfeed-bench-'));
  const platform = await startPlatformOn(dataDir);
  return {
    ...platform,
    stop: async () => {
      await platform.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
