import { core } from '@batchfeed/plugin-sdk';
import { readConfig } from './config.ts';
import { ShopAudienceFeed } from './shop-audience-feed.ts';

try {
  new core.ProductionPluginRunner(new ShopAudienceFeed(), readConfig()).start();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
