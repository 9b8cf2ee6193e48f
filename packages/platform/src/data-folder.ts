import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type ConfigDatabase, openConfigDatabase } from './config/open-config-database.ts';
import { PlatformError, type PlatformErrorCode } from './platform-error.ts';

/** Makes the folder of all data where it is missing, and keeps a second platform out of it. @throws PlatformError `DATA_FOLDER_…` */
export function openFolder(dataDir: string): ConfigDatabase {
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
  // Opened before anything else: its lock is what keeps a second platform out.
  return openConfigDatabase(join(dataDir, 'platform.db'));
}

/** Folder by folder: Node's own recursive mkdir never returns where a file system answers ENOENT, as /proc does. */
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
