import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { openPlatform } from './index.ts';

it('the example of the README does what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const body = example.replace(/^import .*$/gm, '');
  const folder = await mkdtemp(join(tmpdir(), 'batchfeed-readme-'));
  const said: unknown[] = [];
  const run = new Function('openPlatform', 'pino', 'console', `return (async () => {${body}})()`);
  const open: typeof openPlatform = (options) => {
    expect(options.dataDir).toBe('./feeds');
    return openPlatform({ ...options, dataDir: join(folder, 'feeds'), logger: pino({ level: 'silent' }) });
  };
  await run(open, pino, { log: (value: unknown) => said.push(value) });
  expect(said).toEqual([expect.stringMatching(/^http:/), expect.stringMatching(/^[\w-]{43}$/)]);
  expect(existsSync(join(folder, 'feeds', 'api-token'))).toBe(true);
  await rm(folder, { recursive: true });
});
