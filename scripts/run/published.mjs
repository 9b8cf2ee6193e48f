import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { root } from './toolchain.mjs';

/** @typedef {import('./test-stages.mjs').StageContext} StageContext */

/**
 * @typedef {object} PackedPackage
 * @property {string} name
 * @property {string} folder
 * @property {string} node the Node versions it supports, as it says itself
 * @property {string} tarball
 */

/** @type {Promise<PackedPackage[]> | undefined} */
let packed;

/** @param {StageContext} context */
const packAll = async ({ tools, scratch }) => {
  const target = join(scratch, 'tarballs');
  mkdirSync(target, { recursive: true });
  /** @type {PackedPackage[]} */
  const result = [];
  for (const folder of readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))) {
    if (!existsSync(join(folder, 'package.json'))) continue;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (manifest.private) continue;
    const tarball = join(target, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
    const [node = '', cli = ''] = tools.pnpm;
    const { code, output } = await runChild(node, [cli, 'pack', '--pack-destination', target], {
      env: tools.env,
      cwd: folder,
      capture: true,
    });
    if (code !== 0 || !existsSync(tarball)) throw new Error(`pnpm pack failed for ${manifest.name}\n${output}`);
    result.push({ name: manifest.name, folder, node: manifest.engines.node, tarball });
  }
  return result;
};

/** Every published package as it would go to the registry; packed once a run. @param {StageContext} context */
export const packedPackages = (context) => {
  packed ??= packAll(context);
  return packed;
};

/** @type {{ name: string, file: string, args: (tarball: string) => string[] }[]} */
const inspections = [
  { name: 'publint', file: 'publint/src/cli.js', args: (tarball) => ['run', tarball, '--strict'] },
  {
    name: 'attw',
    file: '@arethetypeswrong/cli/dist/index.js',
    // Resolution as in Node 10 knows no exports map, hence no subpath; no supported Node resolves like that.
    args: (tarball) => [tarball, '--profile', 'node16', '--no-color', '--no-emoji'],
  },
];

/** @param {StageContext} context @returns {Promise<import('./run-tests.mjs').StageResult>} */
export const packages = async (context) => {
  const result = { passed: 0, failed: 0, output: '' };
  for (const { name, tarball } of await packedPackages(context)) {
    const runs = inspections.map(async (inspection) => {
      const args = [join(root, 'node_modules', inspection.file), ...inspection.args(tarball)];
      const run = await runChild(context.tools.node, args, { env: context.tools.env, cwd: root, capture: true });
      if (run.code === 0) result.passed += 1;
      else {
        result.failed += 1;
        result.output += `${inspection.name} ${name}\n${run.output}\n`;
      }
    });
    await Promise.all(runs);
  }
  return result;
};
