import { defineConfig } from 'vitest/config';

// One configuration for every package: tests sit beside the source and run against it, not against a build.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@batchfeed\/(?!app-)([^/]+)$/, replacement: `${import.meta.dirname}/packages/$1/src/index.ts` },
      { find: /^@batchfeed\/(?!app-)([^/]+)\/([^/]+)$/, replacement: `${import.meta.dirname}/packages/$1/src/$2.ts` },
    ],
  },
  test: {
    include: ['{packages,apps}/*/src/**/*.test.ts'],
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
