import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const name = '@mediarithmics/plugins-nodejs-sdk';
const folder = fileURLToPath(new URL('../../../../.toolchain/peers/sdk', import.meta.url));

/**
 * Where the official SDK is; installed when first needed, outside the workspace. A sentence on why not when it cannot be.
 */
export const officialSdk = async (): Promise<{ path: string } | { missing: string }> => {
  const manifest = JSON.stringify({ private: true, dependencies: { [name]: '0.28.2' } });
  const [manifestFile, stampFile] = [join(folder, 'package.json'), join(folder, 'installed.json')];
  try {
    if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== manifest) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(manifestFile, manifest);
      const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
      await promisify(execFile)('npm', args, { cwd: folder, timeout: 90_000 });
      writeFileSync(stampFile, manifest);
    }
    return { path: createRequire(manifestFile).resolve(name) };
  } catch (error) {
    return { missing: `${name} 0.28.2 cannot be installed here: ${(error as Error).message.split('\n')[0]}` };
  }
};
