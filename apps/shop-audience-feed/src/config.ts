import type { core } from '@batchfeed/plugin-sdk';

/** Where the plugin listens, beside `PLUGIN_PORT`: `PLUGIN_HOST`, this machine only unless set. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): core.RunnerOptions => ({
  host: env.PLUGIN_HOST || '127.0.0.1',
});
