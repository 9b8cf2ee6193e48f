import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopRequest } from './child.mjs';
import { Failure, say } from './say.mjs';
import { toolFolder } from './toolchain.mjs';

const lockFile = join(toolFolder, 'setup.lock');

const holder = () => {
  try {
    return Number(readFileSync(lockFile, 'utf8'));
  } catch {
    return undefined;
  }
};

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
};

const tryLock = () => {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
};

const lock = async () => {
  let announced = false;
  while (!tryLock()) {
    const pid = holder();
    if (!pid || !isAlive(pid)) {
      // Its process ended without tidying up, or is just writing its id: look again before taking it away.
      await sleep(100);
      if (holder() === pid) rmSync(lockFile, { force: true });
      continue;
    }
    if (!announced) say(`▸ waiting for process ${pid}, which is setting up this checkout`);
    announced = true;
    await sleep(200);
    if (stopRequest.signal) throw new Failure('stopped while waiting', 'nothing was changed');
  }
};

/**
 * One set-up at a time, so that `npm start` and `npm test` may be started together on a fresh checkout.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const withSetupLock = async (work) => {
  try {
    mkdirSync(toolFolder, { recursive: true });
    await lock();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { message } = /** @type {Error} */ (error);
    throw new Failure(`cannot write to ${toolFolder}: ${message}`, 'make the checkout writable for this user');
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
};
