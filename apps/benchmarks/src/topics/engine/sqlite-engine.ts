import { join } from 'node:path';
import { type Engine, type EngineOptions, openEngine, type Send } from '@batchfeed/delivery';
import { openSqliteStore } from '@batchfeed/store-sqlite';
import { withScratchFolder } from '../../scratch-folder.ts';
import { policy } from './lines.ts';

/** Never answers: only the way in is measured. */
export const NOWHERE: Send = () => new Promise<never>(() => {});

type Options = Pick<EngineOptions, 'send'> & Partial<EngineOptions>;

/** An engine over the SQLite store of a folder: open it, work with it, close both. */
export async function withEngineIn<T>(
  folder: string,
  options: Options,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const store = await openSqliteStore({ file: join(folder, 'lines.db') });
  try {
    const engine = await openEngine({ store, log: 'lines', policy, concurrency: 8, ...options });
    try {
      return await work(engine);
    } finally {
      await engine.close({ patienceMs: 0 });
    }
  } finally {
    await store.close();
  }
}

/** The same in a folder of its own. */
export function withEngine<T>(options: Options, work: (engine: Engine) => Promise<T>): Promise<T> {
  return withScratchFolder((folder) => withEngineIn(folder, options, work));
}

/** Lines a second of some work with so many lines. */
export async function perSecond(count: number, work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (count / (performance.now() - startedAt)) * 1000;
}
