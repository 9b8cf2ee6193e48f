import { DEFAULT_OPTIONS } from '../../topic.ts';
import type { PartName } from './parts.ts';

const say = (line: string) => void process.stderr.write(`▸ ${line}\n`);

/**
 * What runs in a process of its own, by name: servers, runs of `bulk`, and the parts that start both. Each is loaded
 * alone: a run that is measured by its memory must not carry the servers of the others.
 */
export const programs: Record<string, (args: string[]) => Promise<void>> = {
  sink: async () => (await import('./sink.ts')).runSink(),
  batch: async () => (await import('./batch-servers.ts')).runBatchServer(),
  hapi: async () => (await import('./batch-servers.ts')).runHapiServer(),
  bulk: async (args) => (await import('./bulk-programs.ts')).runBulk(args),
  measure: async ([name]) => {
    const { parts } = await import('./parts.ts');
    const figures = await parts[name as PartName]({
      say,
      signal: new AbortController().signal,
      options: DEFAULT_OPTIONS,
    });
    process.stdout.write(JSON.stringify(figures));
  },
};
