import { runBatchServer, runHapiServer } from './batch-servers.ts';
import { runBulk, runSink } from './bulk-programs.ts';
import { type PartName, parts } from './parts.ts';

const say = (line: string) => void process.stderr.write(`▸ ${line}\n`);

/** What runs in a process of its own, by name: servers, runs of `bulk`, and the parts that start both. */
export const programs: Record<string, (args: string[]) => Promise<void>> = {
  sink: runSink,
  batch: runBatchServer,
  hapi: runHapiServer,
  bulk: runBulk,
  measure: async ([name]) => {
    const figures = await parts[name as PartName]({ say, signal: new AbortController().signal });
    process.stdout.write(JSON.stringify(figures));
  },
};
