import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PlatformError, type PlatformErrorCode } from './platform-error.ts';

/**
 * Makes the folder of all data where it is missing.
 *
 * @throws PlatformError `DATA_FOLDER_UNUSABLE`
 */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(resolve(dataDir));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PlatformError(
      'DATA_FOLDER_UNUSABLE',
      `The data folder ${dataDir} cannot be made (${code}). Choose another.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Folder by folder: Node's own recursive mkdir never returns where a file system answers ENOENT, as
 * /proc does.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** What a store that cannot be opened means for the data folder. */
const STORE_FAILURES: Readonly<Record<string, PlatformErrorCode>> = {
  STORE_LOCKED: 'DATA_FOLDER_IN_USE',
  STORE_NEWER: 'DATA_FOLDER_NEWER',
  STORE_OLDER: 'DATA_FOLDER_OLDER',
};

export function throwStoreError(error: { code?: string; message: string }): never {
  const code = STORE_FAILURES[error.code ?? ''] ?? 'DATA_FOLDER_UNUSABLE';
  throw new PlatformError(code, error.message, { cause: error });
}
