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
 * @property {boolean} [leader] it handles signals itself (drains, then ends), in a process group of its own so that a
 *   Ctrl-C reaches it once and only through here
 */

/**
 * Runs a command to its end. Never rejects because of what the command did: that is its code.
 * @param {string} command
 * @param {string[]} args
 * @param {ChildOptions} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export const runChild = (command, args, { env, cwd, capture = false, leader = false }) =>
  new Promise((resolve, reject) => {
    if (stopRequest.signal) return resolve({ code: exitCodeOf(stopRequest.signal), output: '' });
    const child = spawn(command, args, {
      env,
      cwd,
      detached: leader,
      stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
    });
    const entry = { stop: (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal) };
    running.add(entry);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text;
      });
    }
    child.on('error', (error) => {
      running.delete(entry);
      reject(error);
    });
    child.on('close', (code, signal) => {
      running.delete(entry);
      resolve({ code: code ?? exitCodeOf(signal ?? 'SIGTERM'), output });
    });
  });
