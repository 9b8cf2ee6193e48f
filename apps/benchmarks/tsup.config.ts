import { app } from '../../scripts/tsup.mjs';

// Parts of some topics, and the servers they measure, run in processes of their own.
export default app(
  {
    main: 'src/main.ts',
    alone: 'src/topics/engine/alone.ts',
    'sdk-server': 'src/topics/sdk/server.ts',
    'platform-plugin': 'src/topics/platform/plugin-server.ts',
    'outage-plugin': 'src/topics/outage/counting-plugin.ts',
    'soak-plugin': 'src/topics/soak/faulty-plugin.ts',
    'shop-alone': 'src/topics/shop/alone.ts',
  },
  // What it has for others is TypeScript that no build of its own makes.
  { noExternal: ['@batchfeed/app-console'] },
);
