// The one build configuration of every package and app; a package's tsup.config.ts only names its entries.
import { defineConfig } from 'tsup';

// Bundle and declarations are two turbo tasks writing to one folder: starting an app needs no declarations.
// Sibling packages are read from their built declarations, as a consumer would, so the source paths are dropped.
const declarations = { only: true, compilerOptions: { paths: {}, noEmit: false, emitDeclarationOnly: true } };

/** A published library: ESM and CJS, with declarations for both. */
export const library = (entry = ['src/index.ts'], extra = {}) =>
  defineConfig({
    entry,
    format: ['esm', 'cjs'],
    target: 'node20.19',
    sourcemap: true,
    splitting: true,
    clean: false,
    dts: process.argv.includes('--dts-only') ? declarations : false,
    ...extra,
  });

/** An application: ESM only, run from its own checkout. */
export const app = (entry = ['src/main.ts'], extra = {}) =>
  defineConfig({ entry, format: ['esm'], target: 'node22', sourcemap: true, clean: false, dts: false, ...extra });
