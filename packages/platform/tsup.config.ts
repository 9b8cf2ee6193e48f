import { library } from '../../scripts/tsup.mjs';

// Threads are files of their own, beside the others; `shims` gives the CJS build an import.meta.url to find them by.
export default library(
  {
    index: 'src/index.ts',
    'history-worker': 'src/history/history-worker.ts',
    'line-reader-worker': 'src/ingest/line-reader-worker.ts',
  },
  { shims: true },
);
