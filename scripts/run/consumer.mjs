import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { uses } from './consumer/uses.mjs';
import { packedPackages } from './published.mjs';
import { root, runNpm } from './toolchain.mjs';

/**
 * @typedef {import('./test-stages.mjs').StageContext} StageContext
 * @typedef {import('./published.mjs').PackedPackage} PackedPackage
 * @typedef {{ name: string, ok: boolean, error?: string }} Outcome
 */

const fixtures = join(import.meta.dirname, 'consumer');

/** @param {string} folder */
const versionIn = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).version;

/** An empty folder that has the tarballs installed, as if they came from the registry. @param {StageContext} context */
const installConsumer = async ({ tools, scratch }, /** @type {PackedPackage[]} */ packages) => {
  const folder = join(scratch, 'consumer');
  mkdirSync(folder);
  const tarballs = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: {
      ...tarballs,
      fastify: versionIn('node_modules/fastify'),
      pino: versionIn('node_modules/pino'),
    },
    devDependencies: { '@types/node': versionIn('node_modules/@types/node') },
    // What the packages ask of one another is answered with the same tarballs, not by the registry.
    overrides: Object.fromEntries(packages.map(({ name }) => [name, `$${name}`])),
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  // better-sqlite3 has its binaries in the package; without scripts no compiler or header is asked for.
  const args = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runNpm(args, { env: tools.env, cwd: folder });
  if (code !== 0) throw new Error(`npm could not install the packed packages (exit code ${code})\n${output}`);
  for (const file of ['load.mjs', 'uses.mjs', 'readme.mjs']) copyFileSync(join(fixtures, file), join(folder, file));
  for (const extension of ['mts', 'cts']) copyFileSync(join(fixtures, 'types.ts'), join(folder, `types.${extension}`));
  return folder;
};

/** @param {string} version @param {string} range as in our `engines`: `>=20.19` */
const satisfies = (version, range) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = range.replace('>=', '').split('.').map(Number);
  return major > minMajor || (major === minMajor && minor >= minMinor);
};

/** The workspace's Node and, where that is another one, the machine's own. @param {StageContext} context */
const runtimes = ({ tools }) => {
  const own = { node: tools.ownNode, version: process.versions.node };
  return tools.node === tools.ownNode ? [own] : [{ node: tools.node, version: tools.nodeVersion }, own];
};

/** What it said of each name; nothing said is a failure. @param {string[]} names @param {{ code: number, output: string }} run */
const readOutcomes = (names, { code, output }) => {
  /** @type {Outcome[]} */
  const said = output
    .split('\n')
    .filter((line) => line.startsWith('{"name"'))
    .map((line) => JSON.parse(line));
  return names.map(
    (name) => said.find((one) => one.name === name) ?? { name, ok: false, error: `code ${code}: ${output}` },
  );
};

/** Every JavaScript example of the README, as it stands there. @param {string} folder @param {StageContext} context */
const runReadme = async (folder, { tools }) => {
  const examples = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```js\n([\s\S]*?)^```$/gm)];
  const names = examples.map(([, code = ''], index) => {
    const name = `readme-${index + 1}.mjs`;
    writeFileSync(join(folder, name), code);
    return name;
  });
  const run = await runChild(tools.node, ['readme.mjs', ...names], { env: tools.env, cwd: folder, capture: true });
  return readOutcomes(names, run);
};

/** @param {string} folder @param {PackedPackage[]} packages @param {StageContext} context @returns {Promise<Outcome[]>} */
const runUses = async (folder, packages, context) => {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const { node, version } of runtimes(context)) {
    const names = Object.keys(uses).filter((use) =>
      packages.some((one) => (use === one.name || use.startsWith(`${one.name}/`)) && satisfies(version, one.node)),
    );
    for (const format of ['esm', 'cjs']) {
      const run = await runChild(node, ['load.mjs', format, ...names], {
        env: context.tools.env,
        cwd: folder,
        capture: true,
      });
      for (const outcome of readOutcomes(names, run)) {
        outcomes.push({ ...outcome, name: `${outcome.name} as ${format} on Node ${version}` });
      }
    }
  }
  return outcomes;
};

const resolutions = [
  { name: 'node16', options: { module: 'node16', moduleResolution: 'node16' }, files: ['types.mts', 'types.cts'] },
  { name: 'bundler', options: { module: 'esnext', moduleResolution: 'bundler' }, files: ['types.mts'] },
];

/** @param {string} folder @param {StageContext} context @returns {Promise<Outcome[]>} */
const compileTypes = async (folder, { tools }) => {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const { name, options, files } of resolutions) {
    const compilerOptions = {
      ...options,
      target: 'es2023',
      strict: true,
      noEmit: true,
      esModuleInterop: true,
      types: ['node'],
    };
    const config = `tsconfig.${name}.json`;
    writeFileSync(join(folder, config), JSON.stringify({ compilerOptions, files }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { code, output } = await runChild(tools.node, [tsc, '-p', config], {
      env: tools.env,
      cwd: folder,
      capture: true,
    });
    outcomes.push({ name: `tsc with moduleResolution ${name}`, ok: code === 0, error: output });
  }
  return outcomes;
};

/** @param {StageContext} context @returns {Promise<import('./run-tests.mjs').StageResult>} */
export const consumerStage = async (context) => {
  const packages = await packedPackages(context);
  const unused = packages
    .filter(({ name }) => !uses[name])
    .map(({ name }) => ({ name, ok: false, error: 'has no use' }));
  const folder = await installConsumer(context, packages);
  const outcomes = [
    ...unused,
    ...(await runUses(folder, packages, context)),
    ...(await runReadme(folder, context)),
    ...(await compileTypes(folder, context)),
  ];
  const failures = outcomes.filter(({ ok }) => !ok);
  return {
    passed: outcomes.length - failures.length,
    failed: failures.length,
    output: failures.map(({ name, error }) => `${name}\n${error}`).join('\n'),
  };
};
