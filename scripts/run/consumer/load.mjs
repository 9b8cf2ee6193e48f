// Runs the uses named on the command line with modules loaded as ESM or as CJS; one JSON line for each.
import { createRequire } from 'node:module';
import { uses } from './uses.mjs';

const require = createRequire(import.meta.url);
const loaders = {
  esm: (/** @type {string} */ name) => import(name),
  cjs: async (/** @type {string} */ name) => require(name),
};

const [format = '', ...names] = process.argv.slice(2);
const load = /** @type {Record<string, (name: string) => Promise<any>>} */ (loaders)[format];
for (const name of names) {
  try {
    await uses[name]?.(/** @type {(name: string) => Promise<any>} */ (load));
    console.log(JSON.stringify({ name, ok: true }));
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, error: error instanceof Error ? error.stack : String(error) }));
  }
}
