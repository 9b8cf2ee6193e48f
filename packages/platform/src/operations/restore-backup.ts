import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { PlatformError } from '../platform-error.ts';

const NEEDED = ['lines.db', 'platform.db'] as const;

/**
 * Makes a data folder out of a backup, for a platform that is not running yet. The backup stays as it is. Both
 * databases are read through first.
 *
 * @throws PlatformError `INVALID` when the backup is incomplete or damaged, `CONFLICT` when the folder holds something.
 */
export function restoreBackup(backup: string, dataDir: string): { files: string[] } {
  for (const name of NEEDED) check(join(backup, name));
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new PlatformError(
      'CONFLICT',
      `${dataDir} is not empty. Restore into a folder of its own, then start on that.`,
    );
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const files = readdirSync(backup, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  for (const name of files) {
    copyFileSync(join(backup, name), join(dataDir, name));
    chmodSync(join(dataDir, name), 0o600);
  }
  return { files };
}

function check(file: string): void {
  if (!existsSync(file))
    throw new PlatformError('INVALID', `${file} is missing: this is no backup, or not all of one.`);
  try {
    const db = new Database(file, { readonly: true });
    const found = db.pragma('quick_check', { simple: true });
    db.close();
    if (found !== 'ok') throw new Error(String(found));
  } catch (error) {
    throw new PlatformError('INVALID', `${file} is damaged: ${(error as Error).message}`, { cause: error });
  }
}
