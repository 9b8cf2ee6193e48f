import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const require = createRequire(import.meta.url);

/** The built main files. */
export const scripts = {
  demo: fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
  platform: require.resolve('@batchfeed/app-platform'),
  shop: require.resolve('@batchfeed/app-shop'),
};

export interface RunningProcess {
  pid: number;
  /** Everything it has printed so far, both streams. */
  output: () => string;
  kill: (signal: NodeJS.Signals) => void;
  /** Resolves once it prints something that matches; rejects if it ends without. */
  printed: (pattern: RegExp) => Promise<void>;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts a built app as a process; it is killed with the test if it still runs. */
export const runProcess = (script: string, args: string[], env: Record<string, string> = {}): RunningProcess => {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const notify = () => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    notify();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    notify();
  });
  const output = () => stdout + stderr;
  const ended = new Promise<Awaited<RunningProcess['ended']>>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
      notify();
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const printed = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (pattern.test(output())) resolve();
        else if (child.exitCode === null && child.signalCode === null) return;
        else reject(new Error(`ended without printing ${pattern}:\n${output()}`));
        watchers.delete(look);
      };
      watchers.add(look);
      look();
    });
  return { pid: child.pid!, output, kill: (signal) => void child.kill(signal), printed, ended };
};
