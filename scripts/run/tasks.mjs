import { join } from 'node:path';
import { runChild } from './child.mjs';
import { runTests } from './run-tests.mjs';
import { root } from './toolchain.mjs';

/**
 * @typedef {object} Task
 * @property {string[]} builds what turbo builds first
 * @property {(tools: import('./toolchain.mjs').Tools, args: string[]) => Promise<number>} run resolves to the exit code
 */

/** @param {string} app @returns {Task['run']} */
const app = (app) => async (tools, args) => {
  const main = join(root, 'apps', app, 'dist', 'main.js');
  const { code } = await runChild(tools.node, [main, ...args], { env: tools.env, drains: true });
  return code;
};

/** @type {Record<string, Task>} */
export const tasks = {
  start: { builds: ['bundle', '--filter=@batchfeed/app-demo...'], run: app('demo') },
  test: { builds: ['bundle', 'types'], run: runTests },
  bench: { builds: ['bundle', '--filter=@batchfeed/app-benchmarks...'], run: app('benchmarks') },
};
