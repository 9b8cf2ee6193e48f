import { request as httpRequest } from 'node:http';
import type { IngestReport } from '@batchfeed/schemas';
import { afterEach, describe, expect, it } from 'vitest';
import type { PlatformOptions } from '../platform-options.ts';
import { ndjson, update } from '../testing/test-platform.ts';
import { answer, STATUS, UPDATE } from '../testing/test-plugin.ts';
import { startTestScene, type TestScene } from '../testing/test-scene.ts';

let scene: TestScene;
afterEach(() => scene.close());

const CIRCUIT = { circuit: { probeMs: 20, maxProbeMs: 50 } };
const people = (count: number) => Array.from({ length: count }, (_, index) => ({ ...update(`u${index}`), ts: 1 }));
const accepted = async () => (await scene.feed.statistics()).updates.accepted;

async function start(options: Partial<PlatformOptions> = {}): Promise<void> {
  scene = await startTestScene({ ...CIRCUIT, ...options });
}

/** Sends a body with a key or without; gives the whole answer. */
async function send(body: string, key?: string) {
  const { operator, feed } = scene;
  const response = await fetch(`${operator.platform.url}${feed.path}/user_segment_updates`, {
    method: 'POST',
    headers: {
      authorization: operator.token,
      'content-type': 'application/x-ndjson',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body,
  });
  const text = (await response.json()) as {
    data: IngestReport;
    error: string;
    accepted: number;
    rejected: number;
    code: string;
  };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: text };
}

function takeDown(): void {
  for (const path of [UPDATE, STATUS]) scene.plugin.on(path, (_, response) => answer(response, 503, ''));
}

function comeBack(): void {
  scene.plugin.on(STATUS, (_, response) => answer(response, 200, {}));
  scene.plugin.on(UPDATE, (_, response) => answer(response, 200, { status: 'ok' }));
}

describe('an upload to a feed that has as much on disk as it may', () => {
  it('is answered 503 at once with how much was taken, and goes on there under its key', async () => {
    await start({ maxBacklogBytes: 1024 * 1024 });
    takeDown();
    const body = `not json\n${ndjson(people(20_000))}`;
    const full = await send(body, 'a');
    expect([full.status, full.body.code, full.retryAfter]).toEqual([503, 'BACKLOG_FULL', '30']);
    const taken = full.body.accepted;
    expect(taken).toBeGreaterThan(4_000);
    expect(taken).toBeLessThan(16_000);
    expect([full.body.rejected, await accepted()]).toEqual([1, taken]);
    expect(full.body.error).toContain(`${taken} accepted, 1 rejected`);
    expect(full.body.error).toContain('max_backlog_bytes');
    // Again while nothing moves: the same answer, and nothing is taken twice.
    expect((await send(body, 'a')).body).toMatchObject({ code: 'BACKLOG_FULL', accepted: taken, rejected: 1 });
    expect((await send(ndjson(people(1)))).status).toBe(503);
    expect(await accepted()).toBe(taken);
    comeBack();
    for (let tries = 0; tries < 100; tries += 1) {
      const { status, body: answered, retryAfter } = await send(body, 'a');
      if (status === 200) {
        expect(answered.data).toMatchObject({ accepted: 20_000, rejected: 1 });
        break;
      }
      expect([status, Number(retryAfter) >= 1]).toEqual([503, true]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await scene.feed.until(({ updates }) => updates.processed === 20_000);
    expect(await accepted()).toBe(20_000);
  }, 60_000);

  it('has the limit of its feed, which may change', async () => {
    await start();
    takeDown();
    await scene.operator.do('PUT', scene.feed.path, { max_backlog_bytes: 1024 * 1024 });
    expect((await send(ndjson(people(20_000)))).status).toBe(503);
    await scene.operator.do('PUT', scene.feed.path, { max_backlog_bytes: 1024 ** 3 });
    expect((await send(ndjson(people(20_000)))).status).toBe(200);
  });
});

it('an upload is answered 507 while the disk has less free space than it must have', async () => {
  await start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
  const { status, body, retryAfter } = await send(ndjson(people(10)));
  expect([status, body.code, body.accepted, retryAfter]).toEqual([507, 'DISK_LOW', 0, '30']);
  expect(body.error).toContain('min_free_bytes');
  expect(await accepted()).toBe(0);
  // What is no update needs no room.
  expect((await send('not json\n')).status).toBe(200);
});

describe('a client that hangs up', () => {
  /** Begins an upload of which only some comes. */
  function begin(body: string, key: string): { hangUp(): void } {
    const { operator, feed } = scene;
    const { hostname, port } = new URL(operator.platform.url);
    const request = httpRequest({
      hostname,
      port,
      method: 'POST',
      path: `${feed.path}/user_segment_updates`,
      headers: {
        authorization: operator.token,
        'content-type': 'application/x-ndjson',
        'content-length': String(body.length + 10),
        'idempotency-key': key,
      },
    });
    request.on('error', () => {});
    request.write(body);
    return { hangUp: () => request.destroy() };
  }

  it('frees its key as soon as the write in progress has landed, whatever the plugin does', async () => {
    await start();
    takeDown();
    const body = ndjson(people(5_500));
    const upload = begin(body, 'a');
    await scene.feed.until(({ updates }) => updates.accepted > 0);
    expect((await send(body, 'a')).status).toBe(409);
    upload.hangUp();
    await expect.poll(async () => (await send(body, 'a')).status, { timeout: 2_000 }).toBe(200);
    expect(await accepted()).toBe(5_500);
  });

  it('has nothing more taken in once that is seen', async () => {
    await start();
    const uploads = Array.from({ length: 20 }, (_, index) => begin(ndjson(people(3_000)), `k${index}`));
    await scene.feed.until(({ updates }) => updates.accepted > 0);
    for (const { hangUp } of uploads) hangUp();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const taken = await accepted();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await accepted()).toBe(taken);
  });
});

it('an upload that is under way when its feed is deleted takes nothing more', async () => {
  await start();
  const text = new TextEncoder();
  let more = (_count: number) => {};
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      more = (count) => controller.enqueue(text.encode(ndjson(people(count))));
      end = () => controller.close();
    },
  });
  more(100);
  const { operator, feed } = scene;
  const answered = operator.call('POST', `${feed.path}/user_segment_updates`, body);
  await feed.until(({ updates }) => updates.accepted === 100);
  await operator.do('DELETE', `${feed.path}?mode=discard`);
  await expect.poll(async () => (await operator.call('GET', feed.path)).status).toBe(404);
  more(100);
  end();
  const { status, body: refused } = await answered;
  expect([status, refused.error]).toEqual([409, expect.stringContaining('deleted')]);
});
