import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const UPDATES = 20_000;
const ROUNDS = 4;

/** A plugin that takes everything and makes no lines. */
async function startPlugin() {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    response.setHeader('content-type', 'application/json');
    response.end('{"status":"ok"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Sends a body at some pace; resolves with the answer, or undefined when the other side is gone. */
function send(url: string, headers: Record<string, string>, body: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = httpRequest(url, { method: 'POST', headers }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(text);
      } catch {
        resolve(undefined);
      }
    });
    request.on('error', () => resolve(undefined));
    const step = 128 * 1024;
    let at = 0;
    const more = () => {
      if (request.destroyed) return;
      if (at >= body.length) request.end();
      else {
        request.write(body.slice(at, at + step));
        at += step;
        setTimeout(more, 15);
      }
    };
    more();
  });
}

it('an upload with an Idempotency-Key is accepted exactly once, however often the platform is killed meanwhile', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'batchfeed-keyed-'));
  const plugin = await startPlugin();
  let child: ChildProcessByStdio<null, Readable, null> | undefined;
  const start = async () => {
    const args = [MAIN, 'serve', '--data-dir', dataDir, '--port', '0', '--log-level', 'silent'];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(child.stdout, 'data');
    return JSON.parse(String(line)).url as string;
  };
  const kill = async () => {
    child?.kill('SIGKILL');
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  try {
    let url = await start();
    const authorization = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();
    const call = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${url}/v1${path}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return ((await answer.json()) as { data: Record<string, never> & { updates: { accepted: number } } }).data;
    };
    const plug = await call('POST', '/plugins', {
      plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
      organisation_id: '1',
      group_id: 'com.example',
      artifact_id: 'sink',
    });
    const version = await call('POST', `/plugins/${plug.id}/versions`, { version_id: '1.0.0', base_url: plugin.url });
    const segment = await call('POST', '/audience_segments', { name: 'x', datamart_id: '1', organisation_id: '1' });
    const feed = await call('POST', '/audience_segment_external_feeds', {
      segment_id: segment.id,
      plugin_id: plug.id,
      plugin_version_id: version.id,
    });
    const path = `/audience_segment_external_feeds/${feed.id}`;
    await call('POST', `${path}/activate`);

    const padding = 'x'.repeat(100);
    const body = Array.from(
      { length: UPDATES },
      (_, index) =>
        `{"user_identifiers":[{"type":"USER_POINT","user_point_id":"u${index}"}],"operation":"UPSERT","ts":1,"note":"${padding}"}\n`,
    ).join('');
    const headers = { authorization, 'content-type': 'application/x-ndjson', 'idempotency-key': 'once' };
    const accepted: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const answered = send(`${url}/v1${path}/user_segment_updates`, headers, body);
      // Into the upload, however fast the machine: a little after the first of it is in.
      const before = accepted.at(-1) ?? 0;
      const isUnderWay = async () => (await call('GET', `${path}/statistics`)).updates.accepted > before;
      for (let look = 0; look < 200 && !(await isUnderWay()); look += 1) await sleep(10);
      await sleep(round * 20);
      await kill();
      await answered;
      url = await start();
      const { updates } = await call('GET', `${path}/statistics`);
      accepted.push(updates.accepted);
    }
    const answer = await send(`${url}/v1${path}/user_segment_updates`, headers, body);
    expect(JSON.parse(answer as string).data).toEqual({ accepted: UPDATES, rejected: 0, rejections: [] });
    const { updates } = await call('GET', `${path}/statistics`);
    expect(updates.accepted).toBe(UPDATES);
    expect(accepted).toEqual([...accepted].sort((a, b) => a - b));
    // At least one kill fell into the upload, or this has shown nothing.
    expect(accepted.some((count) => count > 0 && count < UPDATES)).toBe(true);
  } finally {
    await kill();
    plugin.server.closeAllConnections();
    plugin.server.close();
    await rm(dataDir, { recursive: true });
  }
});
