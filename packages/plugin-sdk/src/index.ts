// Both `import { core } from '@batchfeed/plugin-sdk'` and the names themselves: one list, `core.ts`.
export * as core from './core.ts';
export * from './core.ts';
