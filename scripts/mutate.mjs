#!/usr/bin/env node
// Whether the tests can fail: `node scripts/mutate.mjs batcher` changes the package's code in one place after another and
// runs the tests on each change; what survives is listed. `delivery` is the engine; file names behind it narrow it down;
// `--sample` tries about one line in eight, somewhere else each time. Report: reports/mutation/<package>.json.
//
// Stryker is fetched into the git-ignored tool folder when first needed: 177 packages are no part of everyday work. It works
// on a copy, so that the tree may change meanwhile.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const STRYKER = '10.1.1';
/**
 * Files to change; packages whose source they need; files that cannot judge changed code, or take too long to be asked each time.
 * @type {Record<string, { files: string[], needs: string[], without: string[] }>}
 */
const targets = {
  batcher: {
    files: ['batcher', 'age-lists', 'policy'],
    needs: ['batcher'],
    without: ['purity.test.ts', 'readme.test.ts'],
  },
  delivery: {
    files: [
      ...['lane-engine', 'intake', 'engine-lanes', 'lanes', 'journal/lane-writer', 'journal/append-queues'],
      ...['state/settled-positions', 'state/destination', 'state/window', 'state/records', 'state/lane-state'],
      ...['work/admission', 'work/dispatch', 'work/reader', 'work/recovery', 'work/relief', 'work/sealing'],
      ...['work/texts', 'work/dead-letter-box', 'work/overtaken', 'work/discarding', 'work/replays', 'work/halves'],
      ...['base/retry', 'base/gates', 'base/alarm', 'base/concurrency', 'base/fifo'],
    ],
    needs: ['batcher', 'delivery'],
    without: ['memory-store.test.ts', 'readme.test.ts'],
  },
};

const root = dirname(import.meta.dirname);
const tools = join(root, '.toolchain/mutation');

const args = process.argv.slice(2);
const sample = args.includes('--sample');
const [name = '', ...only] = args.filter((arg) => arg !== '--sample');
const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
if (!target) {
  process.stderr.write(`Usage: node scripts/mutate.mjs ${Object.keys(targets).join('|')} [file…] [--sample]\n`);
  process.exit(2);
}

/** @param {string} command @param {string[]} options @param {string} cwd */
const run = (command, options, cwd) => {
  const env = { BATCHFEED_RUNS: '100', ...process.env };
  return spawnSync(command, options, { cwd, env, stdio: 'inherit' }).status ?? 1;
};

if (!existsSync(join(tools, 'node_modules/@stryker-mutator/vitest-runner'))) {
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  // The peer, vitest, is the workspace's own: Node finds it in a folder above.
  const packages = [`@stryker-mutator/core@${STRYKER}`, `@stryker-mutator/vitest-runner@${STRYKER}`];
  const code = run('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', ...packages], tools);
  if (code !== 0) process.exit(code);
}

const copy = join(tools, `work-${name}`);
rmSync(copy, { recursive: true, force: true });
for (const one of target.needs) {
  const from = join(root, 'packages', one);
  const to = join(copy, 'packages', one);
  const filter = (/** @type {string} */ path) =>
    !target.without.includes(basename(path)) && (one === name || !path.endsWith('.test.ts'));
  cpSync(join(from, 'src'), join(to, 'src'), { recursive: true, filter });
}

const alias = (/** @type {string} */ pattern, /** @type {string} */ file) =>
  `{ find: ${pattern}, replacement: \`\${import.meta.dirname}/packages/${file}\` }`;
const vitestConfig = `export default {
  resolve: { alias: [${alias('/^@batchfeed\\/([^/]+)$/', '$1/src/index.ts')}, ${alias('/^@batchfeed\\/([^/]+)\\/([^/]+)$/', '$1/src/$2.ts')}] },
  test: { include: ['packages/*/src/**/*.test.ts'], testTimeout: 5000 },
};
`;

/** Ranges of a file's lines: all of it, or some. @param {string} file */
const ranges = (file) => {
  if (!sample) return [file];
  const lines = readFileSync(join(copy, file), 'utf8').split('\n').length;
  const starts = [];
  for (let line = 1 + Math.floor(Math.random() * 80); line <= lines; line += 80) starts.push(line);
  return starts.map((line) => `${file}:${line}-${line + 9}`);
};
const wanted = target.files.filter((file) => only.length === 0 || only.includes(file));
const strykerConfig = {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.config.mjs' },
  mutate: wanted.flatMap((file) => ranges(`packages/${name}/src/${file}.ts`)),
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: 'report.json' },
  concurrency: 2,
  coverageAnalysis: 'perTest',
  timeoutMS: 4000,
  disableTypeChecks: false,
  tempDirName: 'tmp',
};
writeFileSync(join(copy, 'package.json'), '{ "private": true, "type": "module" }\n');
writeFileSync(join(copy, 'vitest.config.mjs'), vitestConfig);
writeFileSync(join(copy, 'stryker.config.json'), JSON.stringify(strykerConfig));
// A timeout of its own in a test would have every endless loop wait for that.
for (const file of readdirSync(join(copy, 'packages', name, 'src')).filter((one) => one.endsWith('.test.ts'))) {
  const path = join(copy, 'packages', name, 'src', file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\btimeout: \d[\d_]*/g, 'timeout: 20_000'));
}

const code = run(process.execPath, [join(tools, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run'], copy);
if (code !== 0) process.exit(code);

const report = JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8'));
mkdirSync(join(root, 'reports/mutation'), { recursive: true });
cpSync(join(copy, 'report.json'), join(root, 'reports/mutation', `${name}.json`));
const DEAD = ['Killed', 'Timeout'];
const ALIVE = ['Survived', 'NoCoverage'];
let dead = 0;
let alive = 0;
/**
 * @typedef {{ start: { line: number, column: number }, end: { line: number, column: number } }} Place
 * @typedef {{ status: string, mutatorName: string, replacement: string, location: Place }} Mutant
 * @type {[path: string, file: { mutants: Mutant[], source: string }][]}
 */
const files = Object.entries(report.files);
for (const [path, { mutants, source }] of files) {
  const lines = source.split('\n');
  const survivors = mutants.filter(({ status }) => ALIVE.includes(status));
  const killed = mutants.filter(({ status }) => DEAD.includes(status)).length;
  dead += killed;
  alive += survivors.length;
  process.stdout.write(`\n${basename(path)}: ${killed} of ${killed + survivors.length} killed\n`);
  for (const { location, mutatorName, replacement, status } of survivors) {
    const { start, end } = location;
    const line = lines[start.line - 1] ?? '';
    const before = line.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
    const change = `${before} → ${(replacement ?? '').replace(/\s+/g, ' ')}`.slice(0, 160);
    process.stdout.write(
      `  ${start.line}:${start.column} ${mutatorName}${status === 'NoCoverage' ? ' (never run)' : ''}: ${change}\n`,
    );
  }
}
process.stdout.write(
  `\n${name}: ${dead} of ${dead + alive} changes killed (${((100 * dead) / (dead + alive)).toFixed(1)} %).\n`,
);
