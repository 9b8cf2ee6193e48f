import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite` (not the build) finds a running platform. */
const platform = process.env.BATCHFEED_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  resolve: {
    alias: [
      // From source, so that only the schemas the console parses with are in its bundle.
      { find: '@batchfeed/schemas', replacement: `${import.meta.dirname}/../../packages/schemas/src/index.ts` },
      { find: /^zod$/, replacement: `${import.meta.dirname}/src/app/zod.ts` },
    ],
  },
  build: {
    // `light-dark()` and nesting as they are written: lowering them doubles the style sheet.
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // The content security policy lets nothing inline run or be styled; small assets stay files, too.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: true,
  },
  server: { host: '127.0.0.1', proxy: { '/v1': { target: platform } } },
});
