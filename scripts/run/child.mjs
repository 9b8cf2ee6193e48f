import { spawn } from 'node:child_process';

/**
 * Child processes, none of which may outlive this one.
 *
 * A signal can arrive three ways: Ctrl-C on a terminal signals every process of the group at once; npm forwards a
 * signal that it was sent; and npm killed alone just disappears, which shows only in a changed parent id. All three
 * become one request to stop, handed once to the children that run.
 */

/** @type {Set<{ stop: (signal: NodeJS.Signals) => void }>} */
const running = new Set();
const parent = process.ppid;
let lastSignalAt = Number.NEGATIVE_INFINITY;

/**
 * The signal this run was asked to stop with, if it was.
 * @type {{ signal: NodeJS.Signals | undefined }}
 */
export const stopRequest = { signal: undefined };

/** @param {NodeJS.Signals} signal */
const requestStop = (signal) => {
  // npm forwards what the terminal has already sent to everyone: within a second it is one and the same Ctrl-C.
  const now = performance.now();
  if (now - lastSignalAt < 1000) return;
  lastSignalAt = now;
  stopRequest.signal = signal;
  for (const child of running) child.stop(signal);
};

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => requestStop(signal === 'SIGHUP' ? 'SIGTERM' : signal));
}
setInterval(() => {
  if (process.ppid === parent || stopRequest.signal) return;
  requestStop('SIGTERM');
}, 500).unref();
// A reader that went away (a closed terminal, `| head`) must not end the run before its children have stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** The shell's convention for "ended by a signal". */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGKILL: 137 };
/** @param {NodeJS.Signals} signal */
export const exitCodeOf = (signal) => /** @type {Record<string, number>} */ (exitCodes)[signal] ?? 1;

/**
 * @typedef {object} ChildOptions
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [cwd]
 * @property {boolean} [capture] collect what it prints instead of passing it on
 * @property {boolean} [drains] it handles signals itself: it gets the signal alone, and all the time it needs
 * @property {number} [limitMs] it is ended after this many milliseconds, with all of its children
 */

/** @param {number} pid @param {NodeJS.Signals} signal */
const signalGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
};

/** How long a child that was asked to stop may take, in milliseconds, before its whole group is killed. */
const patienceMs = 5000;

/**
 * Runs a command to its end, in a process group of its own: a Ctrl-C reaches it only through here, and stopping it
 * leaves none of its children behind. Never rejects because of what the command did: that is its code.
 * @param {string} command
 * @param {string[]} args
 * @param {ChildOptions} options
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>}
 */
export const runChild = (command, args, { env, cwd, capture = false, drains = false, limitMs }) =>
  new Promise((resolve, reject) => {
    if (stopRequest.signal) return resolve({ code: exitCodeOf(stopRequest.signal), output: '', timedOut: false });
    const output = capture ? 'pipe' : 'inherit';
    const child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', output, output] });
    const { pid } = child;
    let collected = '';
    let timedOut = false;
    /** @type {NodeJS.Timeout | undefined} */
    let killTimer;
    const killSoon = (/** @type {number} */ ms) => {
      if (pid !== undefined) killTimer ??= setTimeout(() => signalGroup(pid, 'SIGKILL'), ms);
    };
    const entry = {
      stop: (/** @type {NodeJS.Signals} */ signal) => {
        if (pid === undefined) return;
        if (drains) return void child.kill(signal);
        signalGroup(pid, signal);
        killSoon(patienceMs);
      },
    };
    const limit =
      limitMs &&
      setTimeout(() => {
        timedOut = true;
        killSoon(0);
      }, limitMs);
    const over = () => {
      running.delete(entry);
      clearTimeout(killTimer);
      clearTimeout(limit);
    };
    running.add(entry);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        collected += text;
      });
    }
    child.on('error', (error) => {
      over();
      reject(error);
    });
    child.on('close', (code, signal) => {
      over();
      resolve({ code: code ?? exitCodeOf(signal ?? 'SIGTERM'), output: collected, timedOut });
    });
  });
