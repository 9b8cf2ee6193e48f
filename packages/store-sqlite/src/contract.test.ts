import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@batchfeed/delivery/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openSqliteStore } from './index.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the SQLite store', () => {
  const files = new Map<string, string>();
  const cases = storeContract({
    open: async (lanes) => {
      count += 1;
      const file = join(folder, `${count}.db`);
      const store = await openSqliteStore({ file, lanes });
      files.set(store.id, file);
      return store;
    },
    reopen: async (store) => {
      await store.close();
      return openSqliteStore({ file: files.get(store.id) as string });
    },
    destroy: (store) => store.close(),
  });
  for (const { name, run } of cases) test(name, { timeout: 60_000 }, run);
});
