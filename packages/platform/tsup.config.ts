import { library } from '../../scripts/tsup.mjs';

// The history's thread is a file of its own, beside the others; `shims` gives the CJS build an import.meta.url to find it by.
export default library({ index: 'src/index.ts', 'history-worker': 'src/history/history-worker.ts' }, { shims: true });
