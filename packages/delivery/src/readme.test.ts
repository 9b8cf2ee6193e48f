import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { DEFAULT_RETRY } from './base/retry.ts';
import { MemoryStore, openEngine } from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const number = (value: number) => value.toLocaleString('en');

it('the example of the README delivers its line to a partner', async () => {
  const heard: { id: unknown; body: string }[] = [];
  const partner = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    heard.push({ id: request.headers['idempotency-key'], body });
    response.end();
  });
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
  const example = (/```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
    .replace(/^import .*$/gm, '')
    .replace('http://partner.example', address);
  const said: unknown[] = [];
  const run = new Function('MemoryStore', 'openEngine', 'console', `return (async () => {${example}})()`);
  await run(MemoryStore, openEngine, { log: (value: unknown) => said.push(value) });
  partner.close();
  partner.closeAllConnections();
  expect(said).toEqual([1]);
  expect(heard).toEqual([{ id: expect.stringContaining('-lines-shop-0'), body: '[{"email":"ann@example.org"}]' }]);
});

it('the numbers of the README are those of the code', () => {
  expect(readme).toContain(`| \`retry.maxAttempts\` | ${DEFAULT_RETRY.maxAttempts} |`);
  expect(readme).toContain(`| ${number(DEFAULT_RETRY.baseMs)}, ${number(DEFAULT_RETRY.capMs)} |`);
  expect(readme).toContain(`| \`retry.maxDelayMs\` | ${number(DEFAULT_RETRY.maxDelayMs)} |`);
  expect(readme).toContain(`| \`windowBytes\` | ${number(256 * 1024 * 1024)} |`);
});

it('every proof that the README names exists', () => {
  const here = new URL('.', import.meta.url).pathname;
  const files = new Set([
    ...globSync('**/*.ts', { cwd: here }),
    ...globSync('**/*.ts', { cwd: new URL('../../store-sqlite/src', import.meta.url).pathname }),
  ]);
  const named = [...readme.matchAll(/`(?:src\/|store-sqlite\/src\/)?([\w/-]+(?:\.e2e)?(?:\.property)?\.test\.ts)`/g)];
  expect(named.length).toBeGreaterThan(15);
  const names = new Set([...files].flatMap((file) => [file, file.slice(file.lastIndexOf('/') + 1)]));
  for (const [, file] of named) if (file !== 'model.property.test.ts') expect(names, file).toContain(file);
  expect(existsSync(new URL('../docs/storage.md', import.meta.url))).toBe(true);
});
