import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The secret that access tokens are signed with: made at the first start, readable by its owner alone, and kept. */
export const tokenSecretIn = (dataDir: string): string => {
  const path = join(dataDir, 'token-secret');
  try {
    // `wx` fails if it exists, so two starts cannot overwrite each other's.
    writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8');
};
