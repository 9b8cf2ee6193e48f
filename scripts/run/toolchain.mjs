import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { runChild } from './child.mjs';
import { Failure, step } from './say.mjs';

/** The checkout. */
export const root = resolve(import.meta.dirname, '../..');
/** Where Node and pnpm are kept for this checkout alone, when the machine does not offer them. */
export const toolFolder = join(root, '.toolchain');
const modules = join(toolFolder, 'node_modules');

const minimum = /** @type {const} */ ([22, 19]);
const fetchedMajor = 24;

/** @param {string} version */
const isRecentEnough = (version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
};

/** @param {string} file @returns {{ version?: string, packageManager?: string }} */
const readManifest = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});

/** @param {string} name */
const installedVersion = (name) => readManifest(join(modules, name, 'package.json')).version;

const pinnedPnpm = () => {
  const [, version] = readManifest(join(root, 'package.json')).packageManager?.match(/^pnpm@([^+]+)/) ?? [];
  if (!version) throw new Failure('package.json pins no pnpm', 'restore its "packageManager" field');
  return version;
};

// What a user may have set on purpose; everything else that npm put there describes npm's own run, not ours.
const keptNpmVariables = new Set(
  [
    'registry',
    'cache',
    'userconfig',
    'globalconfig',
    'proxy',
    'https_proxy',
    'noproxy',
    'cafile',
    'ca',
    'strict_ssl',
  ].map((name) => `npm_config_${name}`),
);

/** @param {NodeJS.ProcessEnv} env */
const withoutNpm = (env) =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => {
      const lower = name.toLowerCase();
      if (lower.startsWith('npm_')) return keptNpmVariables.has(lower) || lower === 'npm_config_store_dir';
      return name !== 'INIT_CWD' && name !== 'NODE';
    }),
  );

/**
 * Runs npm: the one that started this, if it did.
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd: string }} options
 */
export const runNpm = (args, options) => {
  const cli = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined;
  return cli
    ? runChild(process.execPath, [cli, ...args], { ...options, capture: true })
    : runChild('npm', args, { ...options, capture: true });
};

/** @param {string[]} packages @param {NodeJS.ProcessEnv} env */
const fetchTools = async (packages, env) => {
  const args = ['install', '--prefix', toolFolder, '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  // Node's package puts its binary in place with an install script.
  const { code, output } = await runNpm([...args, '--ignore-scripts=false', ...packages], { env, cwd: root });
  if (code === 0) return;
  throw new Failure(
    `npm could not fetch ${packages.join(' and ')} (exit code ${code})\n${output.trim()}`,
    'check that the npm registry can be reached (`npm ping`) and that this folder is writable; ' +
      `an installed Node ≥ ${minimum.join('.')} is used as it is`,
  );
};

/**
 * @typedef {object} Tools
 * @property {string} node the Node that everything runs on
 * @property {string} nodeVersion
 * @property {string} ownNode the Node that this script was started with
 * @property {string[]} pnpm the command and first argument that run pnpm
 * @property {string} pnpmVersion
 * @property {NodeJS.ProcessEnv} env the environment for everything that is run: these tools first, nothing of npm's
 */

/**
 * Finds Node and pnpm, or fetches what is missing into the tool folder with one call to npm.
 * @returns {Promise<Tools>}
 */
export const findTools = async () => {
  const ownVersion = process.versions.node;
  const pnpmVersion = pinnedPnpm();
  const baseEnv = withoutNpm(process.env);
  const fetchedNode = join(modules, 'node', 'bin', 'node');
  const needsNode =
    !isRecentEnough(ownVersion) && !(existsSync(fetchedNode) && isRecentEnough(installedVersion('node') ?? '0'));
  const needsPnpm = installedVersion('pnpm') !== pnpmVersion;
  const missing = [...(needsNode ? [`node@${fetchedMajor}`] : []), ...(needsPnpm ? [`pnpm@${pnpmVersion}`] : [])];
  if (missing.length > 0) {
    const why = needsNode ? `Node ${ownVersion} is older than ${minimum.join('.')}: ` : '';
    await step(`${why}fetching ${missing.join(' and ')} for this checkout alone (.toolchain)`, () =>
      fetchTools(missing, baseEnv),
    );
  }
  const usesOwn = isRecentEnough(ownVersion);
  const node = usesOwn ? process.execPath : fetchedNode;
  const path = [dirname(node), join(modules, '.bin'), join(root, 'node_modules', '.bin'), baseEnv.PATH ?? ''];
  return {
    node,
    nodeVersion: usesOwn ? ownVersion : (installedVersion('node') ?? ''),
    ownNode: process.execPath,
    pnpm: [node, join(modules, 'pnpm', 'bin', 'pnpm.cjs')],
    pnpmVersion,
    env: { ...baseEnv, PATH: path.join(delimiter) },
  };
};
