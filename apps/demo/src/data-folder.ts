import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DemoError } from './demo-error.ts';
import { stateFileName } from './run-state.ts';

/** Where a run keeps everything: one folder for each server, their logs, and how far the run is. */
export interface DataFolder {
  path: string;
  platform: string;
  shop: string;
  /** What the plugin by identifier type has written down. */
  identifiers: string;
  logs: string;
  /** Lets another run use the folder. */
  release: () => void;
}

const lockName = 'run.lock';
const parts = ['platform', 'shop', 'identifiers', 'logs'] as const;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const notWritable = (path: string, cause: unknown): DemoError =>
  new DemoError(
    'FOLDER_NOT_WRITABLE',
    `the data folder ${path} cannot be written: ${(cause as Error).message}`,
    'make it writable for this user, or name another with --data-dir',
    { cause },
  );

const takeLock = (path: string): void => {
  const file = join(path, lockName);
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(path, error);
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder > 0 && isAlive(holder)) {
      throw new DemoError(
        'FOLDER_IN_USE',
        `the data folder ${path} is in use by process ${holder}`,
        'wait for that run to end, or name another folder with --data-dir',
      );
    }
    // Its run was killed and could not tidy up.
    rmSync(file, { force: true });
    takeLock(path);
  }
};

const makeParts = (path: string): void => {
  for (const part of parts) mkdirSync(join(path, part), { recursive: true, mode: 0o700 });
};

/** Opens the folder for one run at a time; it is made if need be. Refuses a folder that holds something else. */
export const openDataFolder = (folder: string): DataFolder => {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw notWritable(path, error);
  }
  const known = new Set<string>([...parts, lockName, stateFileName, `${stateFileName}.new`]);
  const foreign = readdirSync(path).find((name) => !known.has(name));
  if (foreign !== undefined) {
    throw new DemoError(
      'FOLDER_FOREIGN',
      `the data folder ${path} holds "${foreign}", which is not a run's`,
      'name an empty folder with --data-dir',
    );
  }
  takeLock(path);
  makeParts(path);
  const release = () => rmSync(join(path, lockName), { force: true });
  const part = (name: (typeof parts)[number]) => join(path, name);
  return {
    path,
    platform: part('platform'),
    shop: part('shop'),
    identifiers: part('identifiers'),
    logs: part('logs'),
    release,
  };
};

/** Throws away what an earlier run left there. */
export const emptyDataFolder = ({ path }: DataFolder): void => {
  for (const part of [...parts, stateFileName]) rmSync(join(path, part), { recursive: true, force: true });
  makeParts(path);
};
