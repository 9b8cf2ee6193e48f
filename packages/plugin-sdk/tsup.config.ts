import { library } from '../../scripts/tsup.mjs';

// Declarations are bundled from the flat list; `entry-types.mjs` writes those of the entry, and says why.
const main = process.argv.includes('--dts-only') ? 'src/core.ts' : 'src/index.ts';

export default library([main, 'src/testing.ts']);
