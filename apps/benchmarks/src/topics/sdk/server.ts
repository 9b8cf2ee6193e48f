// One variant in a process of its own. Arguments: its name, the port, and where the official SDK is.
import { createRequire } from 'node:module';
import type { Sdk } from './plugin.ts';
import type { Usage, VariantName } from './server-process.ts';

const [variant, port, official] = process.argv.slice(2) as [VariantName, string, string];

// Each loads what it needs and no more: that is part of how fast it starts.
const start: Readonly<Record<VariantName, () => Promise<void>>> = {
  ours: async () => {
    const [sdk, { createPlugin }] = await Promise.all([import('@batchfeed/plugin-sdk'), import('./plugin.ts')]);
    new sdk.core.ProductionPluginRunner(createPlugin(sdk.core), { host: '127.0.0.1' }).start(Number(port));
  },
  official: async () => {
    const { core } = createRequire(import.meta.url)(official) as { core: Sdk };
    const { createPlugin } = await import('./plugin.ts');
    const plugin = createPlugin(core);
    // Its runner listens on all interfaces; measuring needs this machine only.
    const app = plugin.app as unknown as { listen: (port: number, ...rest: unknown[]) => unknown };
    const listen = app.listen.bind(app);
    app.listen = (where, ...rest) => listen(where, '127.0.0.1', ...rest);
    new core.ProductionPluginRunner(plugin).start(Number(port));
  },
  bare: async () => {
    const { startBareServer } = await import('./bare-server.ts');
    startBareServer(Number(port));
  },
};

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpuMicroseconds: user + system, residentBytes: process.memoryUsage.rss() };
  process.send!(usage);
});
// Whoever measures is gone.
process.on('disconnect', () => process.exit(0));
await start[variant]();
