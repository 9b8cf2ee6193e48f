import { defineConfig } from 'vitest/config';

// One configuration for every package: tests sit beside the source and run against it, not against a build.
// `*.e2e.test.ts` start the built apps as processes; they are a project of their own, since they need a build and time.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@batchfeed\/(?!app-)([^/]+)$/, replacement: `${import.meta.dirname}/packages/$1/src/index.ts` },
      { find: /^@batchfeed\/(?!app-)([^/]+)\/([^/]+)$/, replacement: `${import.meta.dirname}/packages/$1/src/$2.ts` },
      { find: /^@batchfeed\/app-([^/]+)$/, replacement: `${import.meta.dirname}/apps/$1/src/index.ts` },
    ],
  },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts'],
          exclude: ['**/*.e2e.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['{packages,apps}/*/src/**/*.e2e.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
