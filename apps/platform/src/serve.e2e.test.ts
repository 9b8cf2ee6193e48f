import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let dataDir: string;
let running: ChildProcessByStdio<null, Readable, Readable>[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'batchfeed-serve-'));
  running = [];
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true });
});

function run(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  return { child, output, ended: once(child, 'close').then(([code]) => code as number) };
}

async function serve(...args: string[]) {
  const process = run('serve', '--data-dir', dataDir, '--port', '0', ...args);
  await Promise.race([once(process.child.stdout, 'data'), process.ended]);
  return { ...process, url: JSON.parse(process.output.stdout).url as string };
}

describe('batchfeed serve', () => {
  it('says where it listens in one line, logs no token, and ends on SIGTERM with 0', async () => {
    const first = await serve();
    expect(first.output.stdout).toBe(`{"event":"listening","url":"${first.url}","console":"${first.url}/console/"}\n`);
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const token = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();
    expect((await stat(join(dataDir, 'api-token'))).mode & 0o777).toBe(0o600);
    expect(first.output.stderr).not.toContain(token);
    expect(first.output.stderr).toContain(join(dataDir, 'api-token'));
    const answer = await fetch(`${first.url}/v1/plugins`, { headers: { authorization: token } });
    expect(await answer.json()).toMatchObject({ status: 'ok', total: 0 });
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = await serve();
    expect(second.output.stderr).not.toContain('api-token');
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });

  it('has the console, packed, where it says', async () => {
    const { url, output } = await serve();
    const address = JSON.parse(output.stdout).console as string;
    expect(output.stderr).toContain(`Console: ${address}`);
    const page = await fetch(address);
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringMatching(/^default-src 'none'/),
    ]);
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]* src="\/console\/assets\/)/);
    const [script = ''] = /\/console\/assets\/[\w-]+\.js/.exec(html) ?? [];
    const asset = await fetch(`${url}${script}`, { headers: { 'accept-encoding': 'br' } });
    expect([asset.status, asset.headers.get('content-encoding')]).toEqual([200, 'br']);
    expect(asset.headers.get('cache-control')).toContain('immutable');
  });

  it('survives SIGKILL with its configuration', async () => {
    const first = await serve();
    const authorization = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();
    const body = JSON.stringify({ name: 'people', datamart_id: '1', organisation_id: '1' });
    const headers = { authorization, 'content-type': 'application/json' };
    await fetch(`${first.url}/v1/audience_segments`, { method: 'POST', headers, body });
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await serve();
    const answer = await fetch(`${second.url}/v1/audience_segments`, { headers });
    expect(await answer.json()).toMatchObject({ total: 1, data: [{ name: 'people' }] });
  });

  it('refuses a data folder in use, a port in use and a folder it cannot use: one sentence, exit code 1', async () => {
    const first = await serve();
    const port = new URL(first.url).port;
    for (const [args, named] of [
      [['--data-dir', dataDir, '--port', '0'], dataDir],
      [['--data-dir', join(dataDir, 'other'), '--port', port], port],
      [['--data-dir', '/proc/nothing', '--port', '0'], '/proc/nothing'],
    ] as const) {
      const { output, ended } = run('serve', ...args);
      expect(await ended).toBe(1);
      expect(output.stdout).toBe('');
      expect(output.stderr).toContain(named);
      expect(output.stderr.trim().split('\n')).toHaveLength(1);
    }
    const authorization = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();
    expect((await fetch(`${first.url}/v1/plugins`, { headers: { authorization } })).status).toBe(200);
  });

  it.each([
    [['serve'], 2, '--data-dir'],
    [['serve', '--data-dir', 'x', '--port', '70000'], 2, '65535'],
    [['serve', '--data-dir', 'x', '--log-level', 'loud'], 2, 'loud'],
    [['sing'], 2, 'sing'],
  ])('answers %j with exit code %i', async (args, code, named) => {
    const { output, ended } = run(...args);
    expect(await ended).toBe(code);
    expect(output.stderr).toContain(named);
  });

  it('helps, with an example', async () => {
    const { output, ended } = run('serve', '--help');
    expect(await ended).toBe(0);
    expect(output.stdout).toContain('batchfeed serve --data-dir');
    expect(output.stdout).toContain('Exit codes');
  });
});
