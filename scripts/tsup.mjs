// The one build configuration of every package and app; a package's tsup.config.ts only names its entries.
import { defineConfig } from 'tsup';

// Bundle and declarations are two turbo tasks writing to one folder: starting an app needs no declarations.
// Sibling packages are read from their built declarations, as a consumer would, so the source paths are dropped.
const declarations = { only: true, compilerOptions: { paths: {}, noEmit: false, emitDeclarationOnly: true } };

/** A published library: ESM and CJS, with declarations for both. */
export const library = (/** @type {string[] | Record<string, string>} */ entry = ['src/index.ts'], extra = {}) => {
  const common = { entry, target: 'node20.19', sourcemap: true, clean: false, ...extra };
  if (process.argv.includes('--dts-only'))
    return defineConfig({ ...common, format: ['esm', 'cjs'], dts: declarations });
  return defineConfig([
    { ...common, format: ['esm'], splitting: true },
    // Splitting CJS would rewrite classes and run public before private fields, whatever their order in the source. So
    // each CJS entry has its own copy of what entries share: errors are told apart by code, never by instanceof.
    // A command is run, not required: it is ESM alone.
    { ...common, entry: withoutCommand(entry), format: ['cjs'], splitting: false },
  ]);
};

/**
 * Entries are files, or files by the name they are built under.
 *
 * @param {string[] | Record<string, string>} entry
 */
const withoutCommand = (entry) => (Array.isArray(entry) ? entry.filter((file) => file !== 'src/cli.ts') : entry);

/** An application: ESM only, run from its own checkout. */
export const app = (entry = ['src/main.ts'], extra = {}) =>
  defineConfig({ entry, format: ['esm'], target: 'node22', sourcemap: true, clean: false, dts: false, ...extra });
