import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What is installed to compare with lies here, topic by topic. */
export const PEERS_FOLDER = join(root, '.toolchain', 'peers');
/** Sources of this app, which are there when it is built, too. */
export const SOURCE_FOLDER = join(root, 'apps', 'benchmarks', 'src');

/**
 * Packages that a benchmark compares with, as a `require` that finds them. They are installed when first needed, in a
 * folder outside the workspace's own installation, which they would only slow down.
 */
export const requirePeers = async (
  topic: string,
  versions: Readonly<Record<string, string>>,
  onInstall: (what: string) => void,
): Promise<NodeJS.Require> => {
  const folder = join(PEERS_FOLDER, topic);
  const manifest = JSON.stringify({ private: true, dependencies: versions });
  const manifestFile = join(folder, 'package.json');
  const stampFile = join(folder, 'installed.json');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== manifest) {
    onInstall(`installing ${Object.keys(versions).join(', ')} to compare with`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(manifestFile, manifest);
    const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
    await promisify(execFile)('npm', args, { cwd: folder });
    writeFileSync(stampFile, manifest);
  }
  return createRequire(manifestFile);
};
