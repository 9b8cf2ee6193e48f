import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DemoError } from './demo-error.ts';

export interface ServerOptions {
  /** For messages, e.g. `shop`. */
  name: string;
  /** The built main file. */
  script: string;
  args?: string[];
  env?: Record<string, string>;
  /** Everything it logs goes here; a token it announces does not. */
  logFile: string;
  /** Milliseconds to wait for it to listen. 30,000 by default. */
  startTimeoutMs?: number;
}

/** How a server ended. */
interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A server of this checkout running as a process of its own, which says on stdout when and where it listens. */
export class ServerProcess {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles once the process is gone; never rejects. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;

  constructor(options: ServerOptions, child: ChildProcess, url: string, ended: Promise<Ending>) {
    this.name = options.name;
    this.logFile = options.logFile;
    this.url = url;
    this.pid = child.pid!;
    this.ended = ended;
    this.#child = child;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Asks it to finish what is in flight and end; after `graceMs` milliseconds it is killed, which loses nothing. */
  async stop(graceMs = 30_000): Promise<void> {
    this.#child.kill('SIGTERM');
    const isGone = await Promise.race([this.ended.then(() => true), sleep(graceMs, false, { ref: false })]);
    if (!isGone) this.kill();
    await this.ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

// Beside this file, built or not: Node runs both.
const leash = fileURLToPath(new URL(`./leash${extname(import.meta.url)}`, import.meta.url));

const listeningUrl = (line: string): string | undefined => {
  try {
    const message = JSON.parse(line) as { event?: unknown; url?: unknown };
    return message.event === 'listening' && typeof message.url === 'string' ? message.url : undefined;
  } catch {
    return undefined;
  }
};

/** The sentence a server ended with; of a crash the error, which stands above the stack. */
const reasonIn = (lines: readonly string[]): string =>
  lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? 'it said nothing';

/** Keeps what it logs in a file, and the latest of it at hand. */
const keepLog = (child: ChildProcess, logFile: string): { lastWords: string[]; end: () => void } => {
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  const lastWords: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (line.trim() !== '') lastWords.push(line);
    if (lastWords.length > 50) lastWords.shift();
    log.write(`${line}\n`);
  });
  return { lastWords, end: () => log.end() };
};

const listeningOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = listeningUrl(line);
      if (url) resolve(url);
    });
  });

/** Starts a server and resolves once it listens. */
export const startServer = async (options: ServerOptions): Promise<ServerProcess> => {
  const { name, script, args = [], env = {}, logFile, startTimeoutMs = 30_000 } = options;
  const child = spawn(process.execPath, ['--import', leash, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const log = keepLog(child, logFile);
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => {
      log.end();
      resolve({ code, signal });
    });
    child.once('error', (error) => {
      log.lastWords.push(error.message);
      resolve({ code: null, signal: null });
    });
  });
  const timeout = new AbortController();
  const outcome = await Promise.race([
    listeningOf(child),
    ended.then(({ code, signal }) => ({
      why: `it ended with ${signal ?? `exit code ${code}`}: ${reasonIn(log.lastWords)}`,
    })),
    sleep(startTimeoutMs, { why: `it did not listen within ${startTimeoutMs / 1_000} s` }, { signal: timeout.signal }),
  ]);
  timeout.abort();
  if (typeof outcome === 'string') return new ServerProcess(options, child, outcome, ended);
  child.kill('SIGKILL');
  throw new DemoError('SERVER_NOT_STARTED', `${name} did not start: ${outcome.why}`, `its log is ${logFile}`);
};
