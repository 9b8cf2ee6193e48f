import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** A plugin with a line for every update; asked to, it is a new process's at once, as with a quick restart. */
const PLUGIN = `
  import { createServer } from 'node:http';
  const answer = (url, body) => {
    if (url === '/v1/user_segment_update')
      return { status: 'ok', data: [{ type: 'BATCH_DELIVERY', content: JSON.parse(body).user_identifiers[0] }] };
    if (url === '/v1/batch_update')
      return { status: 'OK', sent_items_in_success: JSON.parse(body).batch_content.length, sent_items_in_error: 0 };
    return { status: 'ok' };
  };
  const start = () => {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        if (request.url === '/pid') return response.end(String(process.pid));
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(request.url, body)));
        if (request.url === '/restart') response.once('close', () => { server.close(start); server.closeAllConnections(); });
      });
    });
    server.listen(Number(process.env.PLUGIN_PORT), '127.0.0.1');
  };
  start();
`;

let folder: string;
let port: number;
let child: ChildProcessByStdio<null, Readable, Readable> | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batchfeed-dev-e2e-'));
  writeFileSync(join(folder, 'plugin.mjs'), PLUGIN);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
});
afterEach(() => {
  child?.kill('SIGTERM');
  rmSync(folder, { recursive: true });
});

function dev(...args: string[]) {
  const running = spawn(
    process.execPath,
    [MAIN, 'dev', '--plugin', `http://127.0.0.1:${port}`, '--users', '3', '--age', '50', ...args],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child = running;
  const said = { stdout: '', stderr: '' };
  running.stdout.on('data', (chunk) => (said.stdout += chunk));
  running.stderr.on('data', (chunk) => (said.stderr += chunk));
  const ended = once(running, 'close').then(([code]) => code as number);
  const saying = async (text: string) => {
    for (let tries = 0; !said.stderr.includes(text); tries += 1) {
      if (tries > 400) throw new Error(`never said ${text}: ${said.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { running, said, ended, saying };
}

/** Two commands, so that the shell stays the plugin's parent. */
const EXEC = ['--exec', `'${process.execPath}' plugin.mjs; exit 7`];
const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('batchfeed dev', () => {
  it('refuses a file that is not there as bad usage', async () => {
    const { ended, said } = dev('--file', 'nofile');
    expect(await ended).toBe(2);
    expect(said).toEqual({ stdout: '', stderr: expect.stringMatching(/^nofile cannot be read: [^\n]*\n$/) });
  });

  it('ends when the command that starts the plugin fails', async () => {
    const { ended, said } = dev('--exec', 'exit 3');
    expect(await ended).toBe(1);
    expect(said.stderr).toMatch(/The command that --exec names ended with code 3\.\n$/);
  });

  it('ends the plugin and not only its shell, when all is delivered', async () => {
    const { ended, said } = dev(...EXEC, '--once');
    expect(await ended).toBe(0);
    expect(said.stderr).toContain('3 lines delivered');
    await expect(ask('/pid')).rejects.toThrow();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends the plugin on %s', async (signal) => {
    const { running, ended, saying } = dev(...EXEC);
    await saying('3 lines delivered');
    const pid = Number(await ask('/pid'));
    expect(isAlive(pid)).toBe(true);
    running.kill(signal);
    expect(await ended).toBe(signal === 'SIGHUP' ? 1 : 0);
    expect(isAlive(pid)).toBe(false);
  });

  it('streams again after a restart too quick to be seen by asking', async () => {
    const { running, ended, saying } = dev(...EXEC);
    await saying('3 lines delivered');
    await ask('/restart');
    await saying('6 lines delivered');
    running.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
