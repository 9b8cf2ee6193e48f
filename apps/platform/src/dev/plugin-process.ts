import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a plugin may take to end before it is made to. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 50;

export interface PluginProcess {
  /** With what its command ended: nothing when all was well, else why, in words. */
  readonly ended: Promise<string | undefined>;
  /** Ends it with everything it has started. */
  stop(): Promise<void>;
}

/**
 * Starts a plugin by a shell's command. Shell and plugin are a group of their own: the shell's end alone would leave the
 * plugin running, with its port.
 */
export function startPlugin(command: string, environment: Readonly<Record<string, string>>): PluginProcess {
  const child = spawn(command, {
    shell: true,
    detached: true,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...environment },
  });
  const kill = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return child.pid !== undefined && process.kill(-child.pid, signal);
    } catch {
      return false;
    }
  };
  let onHangUp = () => {};
  const ended = new Promise<string | undefined>((resolve) => {
    // The terminal's end reaches this process only, as the group is none of the terminal's.
    onHangUp = () => resolve('SIGHUP');
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : signal === null ? `code ${code}` : signal));
  });
  process.on('SIGHUP', onHangUp);
  return {
    ended,
    async stop() {
      kill('SIGTERM');
      const deadline = performance.now() + PATIENCE_MS;
      while (kill(0) && performance.now() < deadline) await sleep(LOOK_MS);
      kill('SIGKILL');
      process.off('SIGHUP', onHangUp);
    },
  };
}
