import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { consumerStage } from './consumer.mjs';
import { packages } from './published.mjs';
import { root } from './toolchain.mjs';

/**
 * @typedef {import('./run-tests.mjs').StageResult} StageResult
 * @typedef {{ tools: import('./toolchain.mjs').Tools, scratch: string }} StageContext
 * @typedef {{ name: string, what: string, run: (context: StageContext) => Promise<StageResult> }} Stage
 */

/** A check that only says yes or no. @param {string} file @param {string[]} args @returns {Stage['run']} */
const check =
  (file, args) =>
  async ({ tools }) => {
    const { code, output } = await runChild(tools.node, [join(root, 'node_modules', file), ...args], {
      env: tools.env,
      cwd: root,
      capture: true,
    });
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
  };

/** Several checks as one stage. @param {Stage['run'][]} checks @returns {Stage['run']} */
const all =
  (...checks) =>
  async (context) => {
    const sum = { passed: 0, failed: 0, output: '' };
    for (const run of checks) {
      const { passed, failed, output = '' } = await run(context);
      sum.passed += passed;
      sum.failed += failed;
      sum.output += output;
    }
    return sum;
  };

/** A test that never gives the thread back is beyond vitest's own time limits. */
const limitMs = 10 * 60_000;

/** Vitest reports as it goes; the counts come from its JSON report. @param {string} project @returns {Stage['run']} */
const vitest =
  (project) =>
  async ({ tools, scratch }) => {
    const report = join(scratch, `${project}.json`);
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code, timedOut } = await runChild(tools.node, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      env: tools.env,
      cwd: root,
      limitMs,
    });
    if (timedOut) return { passed: 0, failed: 1, output: `not done within ${limitMs / 60_000} minutes: a test hangs` };
    if (!existsSync(report)) return { passed: 0, failed: 1, output: 'vitest ended without a report' };
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    // A file that cannot be loaded, or an error outside a test, fails the run without failing a test.
    const failed = counts.numFailedTests || (code === 0 ? 0 : 1);
    return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests + counts.numTodoTests };
  };

/** Cheapest first: what fails fast is said first. @type {readonly Stage[]} */
export const stages = [
  { name: 'lint', what: 'biome', run: check('@biomejs/biome/bin/biome', ['check', '--error-on-warnings']) },
  {
    name: 'unused',
    what: 'knip: files, exports and dependencies that nothing uses',
    run: check('knip/bin/knip.js', ['--config', 'scripts/knip.json']),
  },
  {
    name: 'types',
    what: 'tsc over the whole tree; the console, which runs in browsers, on its own',
    run: all(
      check('typescript/bin/tsc', ['-p', 'tsconfig.json']),
      check('typescript/bin/tsc', ['-p', 'apps/console/tsconfig.json']),
    ),
  },
  { name: 'unit', what: 'unit and property tests', run: vitest('unit') },
  { name: 'packages', what: 'publint and attw on every packed package', run: packages },
  { name: 'consumer', what: 'the packed packages, installed and used in an empty folder', run: consumerStage },
  { name: 'e2e', what: 'real processes over real HTTP', run: vitest('e2e') },
];
