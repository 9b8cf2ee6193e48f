import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { BatchPage, BatchSummary, UserSearchAnswer } from '@batchfeed/schemas';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const UPDATES = 4_000;
const ROUNDS = 3;

/** A plugin that makes a line of every update, and remembers when it first got which batch. */
async function startPlugin() {
  const batches = new Map<string, { at: number; lines: number }>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/v1/user_segment_update') {
      response.end('{"status":"ok","data":[{"type":"BATCH_DELIVERY","grouping_key":"k","content":{"a":1}}]}');
    } else if (request.url === '/v1/batch_update') {
      const lines = (JSON.parse(body) as { batch_content: unknown[] }).batch_content.length;
      const id = request.headers['idempotency-key'] as string;
      if (!batches.has(id)) batches.set(id, { at: Date.now(), lines });
      response.end(JSON.stringify({ status: 'OK', sent_items_in_success: lines, sent_items_in_error: 0 }));
    } else response.end('{"status":"ok"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, batches, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('names every gap that a kill leaves in the history: what is missing happened there, and nothing else is missing', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'batchfeed-history-'));
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
    const ask = async (method: string, path: string, body?: object | string) => {
      const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
      const answer = await fetch(`${url}/v1${path}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': type }) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return (await answer.json()) as { data: Record<string, string> };
    };
    const make = async (path: string, body: object) => (await ask('POST', path, body)).data;
    const plug = await make('/plugins', {
      plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
      organisation_id: '1',
      group_id: 'com.example',
      artifact_id: 'sink',
    });
    const version = await make(`/plugins/${plug.id}/versions`, { version_id: '1.0.0', base_url: plugin.url });
    await make(`/plugins/${plug.id}/versions/${version.id}/batching_configurations`, {
      plugin_version_id: version.id,
      enable_batching: true,
      batch_flush_max_size: 10,
      batch_flush_max_age_ms: 200,
    });
    const segment = await make('/audience_segments', { name: 'x', datamart_id: '1', organisation_id: '1' });
    const feed = await make('/audience_segment_external_feeds', {
      segment_id: segment.id as string,
      plugin_id: plug.id as string,
      plugin_version_id: version.id as string,
    });
    const path = `/audience_segment_external_feeds/${feed.id}`;
    await make(`${path}/activate`, {});
    const update = (user: string) =>
      `{"user_identifiers":[{"type":"USER_POINT","user_point_id":"${user}"}],"operation":"UPSERT"}\n`;

    for (let round = 0; round < ROUNDS; round += 1) {
      const users = Array.from({ length: UPDATES }, (_, index) => update(`u${round}-${index}`)).join('');
      await ask('POST', `${path}/user_segment_updates`, users);
      // Some of them are over by then, and some of what is over is not written yet.
      await expect.poll(() => plugin.batches.size, { timeout: 30_000 }).toBeGreaterThan(round * 400 + 60);
      await kill();
      url = await start();
    }
    const lines = () => [...plugin.batches.values()].reduce((sum, batch) => sum + batch.lines, 0);
    await expect.poll(lines, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(ROUNDS * UPDATES);

    const everything = async () => {
      const all: BatchSummary[] = [];
      let page: BatchPage | undefined;
      do {
        const before = page?.next ? `&before=${page.next}` : '';
        page = (await ask('GET', `${path}/batches?max_results=500${before}`)) as unknown as BatchPage;
        all.push(...page.data);
      } while (page.next !== null);
      return { all, gaps: page.gaps };
    };
    // What stood there as unsettled is asked about once the platform is back.
    await expect
      .poll(async () => (await everything()).all.filter(({ state }) => state !== 'delivered'), { timeout: 30_000 })
      .toEqual([]);
    const { all, gaps } = await everything();
    expect(gaps).toHaveLength(ROUNDS);
    expect(gaps.every(({ reason, from_ts: from, to_ts: to }) => reason === 'crash' && to - from < 10_000)).toBe(true);
    const known = new Map(all.map((batch) => [batch.batch_id, batch]));
    for (const [id, { at, lines }] of plugin.batches) {
      const batch = known.get(id);
      const isInGap = gaps.some(({ from_ts: from, to_ts: to }) => at >= from && at <= to);
      if (batch === undefined) expect(isInGap, `batch ${id}, which the history lacks, came at ${at}`).toBe(true);
      else expect(batch.lines).toBe(lines);
    }
    for (const { batch_id: id } of all) expect(plugin.batches.has(id)).toBe(true);
    const found = (await ask('POST', '/user_search', { user: 'u0-0' })) as unknown as { data: UserSearchAnswer };
    expect(found.data.gaps).toEqual(gaps);
    expect(found.data.feeds[0]?.events.at(-1)?.kind).toBe('batch_delivered');
  } finally {
    await kill();
    plugin.server.closeAllConnections();
    plugin.server.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
