import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BatchAnswer } from '@batchfeed/schemas';
import Database from 'better-sqlite3';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

// The program as it is built and started by its users.
const program = join(import.meta.dirname, '../dist/main.js');
const credentials = { SHOP_API_USER: 'demo', SHOP_API_PASSWORD: 'secret' };
const authorization = `Basic ${Buffer.from('demo:secret').toString('base64')}`;
const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' };

let dataDir: string;
let started: ChildProcess[];

beforeAll(() => {
  if (!existsSync(program))
    throw new Error('Build the shop first: pnpm exec turbo bundle --filter @batchfeed/app-shop');
});
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-main-'));
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  chmodSync(dataDir, 0o700);
  rmSync(dataDir, { recursive: true });
});

const run = (args: string[], env: NodeJS.ProcessEnv = credentials) => {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  started.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (output.stdout += data));
  child.stderr.on('data', (data) => (output.stderr += data));
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  const listening = async () => {
    const [line] = await once(createInterface(child.stdout), 'line');
    return JSON.parse(line) as { event: string; url: string };
  };
  return { child, exit, listening };
};

const put = (url: string, id: string) =>
  fetch(`${url}/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ data: { requests: [{ method: 'POST', uri: `/products/${id}`, data: { sku: id } }] } }),
  }).then((answer) => answer.text());

it('listens, says so on one line, and stops on SIGTERM with exit code 0', async () => {
  const { child, exit, listening } = run(['--data-dir', join(dataDir, 'new', 'folder'), '--port', '0']);
  const { event, url } = await listening();
  expect(event).toBe('listening');
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await put(url, 'a')).toContain('"statusCode":201');
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await exit;
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(stderr).toBe('');
});

it('loses nothing that it answered when it is killed in the middle of work', async () => {
  const { child, exit, listening } = run(['--data-dir', dataDir]);
  const { url } = await listening();
  const answered: string[] = [];
  const work = async (worker: number) => {
    for (let round = 0; ; round++) {
      const ids = Array.from({ length: 20 }, (_, index) => `${worker}-${round}-${index}`);
      const requests = ids.map((id) => ({ method: 'POST', uri: `/products/${id}`, data: { sku: id } }));
      const answer = await fetch(`${url}/batch`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ data: { requests } }),
      });
      const { requests: parts } = (await answer.json()) as BatchAnswer;
      answered.push(...ids.filter((_, index) => parts.request[index]?.response.header.statusCode === 201));
    }
  };
  const workers = Promise.allSettled([work(1), work(2)]);
  await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(400);
  child.kill('SIGKILL');
  await Promise.all([exit, workers]);

  const again = run(['--data-dir', dataDir]);
  await again.listening();
  const database = new Database(join(dataDir, 'shop.db'), { readonly: true });
  const kept = new Set(database.prepare('SELECT outerId FROM products').pluck().all());
  database.close();
  expect(answered.filter((id) => !kept.has(id))).toEqual([]);
});

it.each<[string, () => string[], NodeJS.ProcessEnv, RegExp]>([
  ['without credentials', () => ['--data-dir', dataDir], {}, /^Set SHOP_API_USER and SHOP_API_PASSWORD .*\.\n$/],
  ['without a data folder', () => [], credentials, /--data-dir/],
  ['with a port that is none', () => ['--data-dir', dataDir, '--port', 'x'], credentials, /port number/],
  [
    'with a data folder that is a file',
    () => ['--data-dir', program],
    credentials,
    /^The data folder .* cannot be used: .*\.\n$/,
  ],
])('does not start %s: one sentence, exit code 1', async (_, args, env, text) => {
  const { code, stdout, stderr } = await run(args(), env).exit;
  expect(code).toBe(1);
  expect(stderr).toMatch(text);
  expect(stdout).toBe('');
});

it('does not start where another shop is running', async () => {
  const first = run(['--data-dir', dataDir]);
  const { url } = await first.listening();
  const second = await run(['--data-dir', dataDir]).exit;
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('another shop is using it') });
  expect(await put(url, 'a')).toContain('"statusCode":201');
});

it('does not start on a port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const result = await run(['--data-dir', dataDir, '--port', String(port)]).exit;
  server.close();
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('The port is taken') });
});

it('explains itself', async () => {
  const { code, stdout } = await run(['--help']).exit;
  expect(code).toBe(0);
  for (const word of ['--data-dir', '--port', 'SHOP_API_USER', 'Exit codes']) expect(stdout).toContain(word);
});
