import { core } from '@batchfeed/plugin-sdk';
import { IdentifierPlugin } from './identifiers/identifier-plugin.ts';

// The process of the plugin by identifier type. What arrives is written to the file that is named.
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('identifier-plugin needs the file of its record.');
new core.ProductionPluginRunner(new IdentifierPlugin(file), { host: '127.0.0.1' }).start();
