import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@batchfeed/delivery';
import { expect, test } from 'vitest';
import { openSqliteStore } from './index.ts';

test('the example of the README leaves an open line in its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
  const file = join(folder, 'lines.db');
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = (/```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').replace(/^import .*$/gm, '');
  const run = new Function('openEngine', 'openSqliteStore', `return (async () => {${example}})()`);
  await run(openEngine, (options: { file: string }) => {
    expect(options).toEqual({ file: 'lines.db' });
    return openSqliteStore({ file });
  });

  const store = await openSqliteStore({ file });
  const contents: string[] = [];
  const engine = await openEngine({
    store,
    log: 'lines',
    policy: { maxLines: 1, maxBytes: 1000, maxAgeMs: 1000 },
    send: async ({ lines }) => {
      contents.push(...lines.map(({ content }) => content));
      return { kind: 'delivered' };
    },
  });
  await engine.drain();
  await engine.idle();
  expect(contents).toEqual(['{"email":"ann@example.org"}']);
  await engine.close();
  await store.close();
  await rm(folder, { recursive: true });
});
