import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild, stopRequest } from './child.mjs';
import { Failure, step } from './say.mjs';
import { withSetupLock } from './setup-lock.mjs';
import { findTools, root } from './toolchain.mjs';

/** @typedef {import('./toolchain.mjs').Tools} Tools */

const stampFile = join(root, 'node_modules', '.batchfeed-install.json');

/** Every manifest and the lock: what an installation is made from. */
const manifests = () => [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(folder, name, 'package.json'))
      .filter((file) => existsSync(join(root, file))),
  ),
];

/** @param {Tools} tools */
const installStamp = (tools) => {
  const hash = createHash('sha256');
  for (const file of manifests()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  const { platform, arch } = process;
  return JSON.stringify({ hash: hash.digest('hex'), pnpm: tools.pnpmVersion, node: tools.nodeVersion, platform, arch });
};

/** @param {{ code: number, output: string }} result @param {string} what @param {string} advice */
const mustSucceed = ({ code, output }, what, advice) => {
  if (stopRequest.signal) throw new Failure(`stopped while ${what}`, 'the next run goes on from here');
  if (code !== 0) throw new Failure(`${what} failed (exit code ${code})\n${output.trim()}`, advice);
};

/** @param {Tools} tools */
const install = async (tools) => {
  const stamp = installStamp(tools);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  await step('installing dependencies', async () => {
    const [node = '', cli = ''] = tools.pnpm;
    const args = [cli, 'install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'];
    mustSucceed(
      await runChild(node, args, { env: tools.env, cwd: root, capture: true }),
      'pnpm install',
      'if it names the lock file, run `pnpm install` and commit pnpm-lock.yaml; if a download, check `npm ping` and try again',
    );
  });
  writeFileSync(stampFile, stamp);
};

/** @param {Tools} tools @param {string[]} turboArgs */
const build = async (tools, turboArgs) => {
  await step('building', async () => {
    const env = { ...tools.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' };
    const args = [
      ...tools.pnpm.slice(1),
      'exec',
      'turbo',
      'run',
      ...turboArgs,
      '--output-logs=errors-only',
      '--ui=stream',
    ];
    mustSucceed(
      await runChild(tools.node, args, { env, cwd: root, capture: true }),
      'turbo run',
      'mend what the compiler names above',
    );
  });
};

/**
 * Brings a checkout to where a task can run: Node and pnpm, dependencies, builds; each only when something changed.
 * @param {string[]} builds arguments of `turbo run`
 * @returns {Promise<Tools>}
 */
export const prepare = (builds) =>
  withSetupLock(async () => {
    const tools = await findTools();
    await install(tools);
    await build(tools, builds);
    return tools;
  });
