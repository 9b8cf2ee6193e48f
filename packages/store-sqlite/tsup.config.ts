import { library } from '../../scripts/tsup.mjs';

// The worker thread is a file of its own; `shims` gives the CJS build an import.meta.url to find it by.
export default library(['src/index.ts', 'src/worker.ts', 'src/cli.ts'], { shims: true });
