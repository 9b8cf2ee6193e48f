import { mkdtemp, open as openFile, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@batchfeed/delivery/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openSqliteStore } from './index.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the SQLite store', () => {
  const files = new Map<string, string>();
  const fileOf = (store: { id: string }) => files.get(store.id) ?? '';
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
      return openSqliteStore({ file: fileOf(store) });
    },
    destroy: (store) => store.close(),
    damage: async (store, text) => {
      await store.close();
      await damageText(fileOf(store), text);
      return openSqliteStore({ file: fileOf(store) });
    },
  });
  for (const { name, run } of cases) it(name, { timeout: 60_000 }, run);
});

/** Changes some bytes in the middle of a long text. */
async function damageText(file: string, text: string): Promise<void> {
  // So long a part of a text stands on a page without anything else.
  const begin = (await readFile(file)).indexOf(text.slice(text.length / 2, text.length / 2 + 4000));
  const handle = await openFile(file, 'r+');
  await handle.write(Buffer.from('damaged'), 0, 7, begin + 2000);
  await handle.close();
}
