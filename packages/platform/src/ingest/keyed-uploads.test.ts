import { request as httpRequest } from 'node:http';
import type { IngestReport } from '@batchfeed/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ndjson, type TestFeed, type TestPlatform, update } from '../testing/test-platform.ts';
import { type TestPlugin, UPDATE } from '../testing/test-plugin.ts';
import { startTestScene, type TestScene } from '../testing/test-scene.ts';

let scene: TestScene;
let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;

beforeEach(async () => {
  scene = await startTestScene();
  ({ plugin, operator, feed } = scene);
});
afterEach(() => scene.close());

const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ ...update(`u${from + index}`), ts: 1 }));
const upload = (body: string, key: string, query = '') =>
  operator.call<IngestReport>('POST', `${feed.path}/user_segment_updates${query}`, body, { 'idempotency-key': key });
const accepted = async () => (await feed.statistics()).updates.accepted;

/** Sends the beginning of a body, and breaks off when so many updates are in. */
function breakOff(body: string, key: string, wanted: number): Promise<void> {
  const { hostname, port } = new URL(operator.platform.url);
  return new Promise((resolve) => {
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
    request.on('error', () => resolve());
    request.on('close', () => resolve());
    request.write(body);
    void feed.until(({ updates }) => updates.accepted >= wanted).then(() => request.destroy());
  });
}

describe('an upload with an Idempotency-Key', () => {
  it('is in the metrics with its updates, and with nothing else', async () => {
    await upload(ndjson(people(7)), 'once');
    await feed.until(({ updates }) => updates.processed === 7);
    const headers = { authorization: operator.token };
    const metrics = await (await fetch(`${operator.platform.url}/metrics`, { headers })).text();
    expect(metrics).toContain('batchfeed_lines{stage="update",state="delivered"} 7\n');
  });

  it('is accepted once however often it is sent, and answered the same, also after a restart', async () => {
    const body = `${ndjson(people(2_500))}not json\n`;
    const first = await upload(body, 'a');
    expect(first.body.data).toMatchObject({ accepted: 2_500, rejected: 1 });
    expect((await upload(body, 'a')).body).toEqual(first.body);
    await operator.restart();
    expect((await upload(body, 'a')).body).toEqual(first.body);
    expect(await accepted()).toBe(2_500);
    expect((await upload(body, 'b')).body.data.accepted).toBe(2_500);
    expect(await accepted()).toBe(5_000);
  });

  it('refuses another content under the key, and takes nothing of it', async () => {
    const body = ndjson(people(1_200));
    await upload(body, 'a');
    for (const other of [ndjson(people(1_200, 1)), ndjson(people(1_100)), ndjson(people(3_000)), '']) {
      const { status, body: refused } = await upload(other, 'a');
      expect([status, refused.error]).toEqual([422, expect.stringContaining('Idempotency-Key')]);
    }
    expect((await upload(body, 'a', '?mode=full')).status).toBe(422);
    expect(await accepted()).toBe(1_200);
  });

  it('that was cut off goes on where it stopped, over a restart too', async () => {
    const body = ndjson(people(9_500));
    await breakOff(body.slice(0, body.length / 2), 'a', 4_000);
    const half = await accepted();
    expect(half).toBeGreaterThanOrEqual(4_000);
    expect(half).toBeLessThan(5_000);
    await operator.restart();
    expect(await accepted()).toBe(half);
    expect((await upload(body, 'a')).body.data).toEqual({ accepted: 9_500, rejected: 0, rejections: [] });
    expect(await accepted()).toBe(9_500);
    const { updates } = await feed.until(({ updates }) => updates.processed === 9_500);
    expect(updates.dead).toBe(0);
    const users = plugin.ofPath(UPDATE).map(({ json }) => json.user_identifiers[0].user_point_id);
    expect(new Set(users).size).toBe(9_500);
  });

  it('of the same feed go side by side, and one key is in use once', async () => {
    const text = new TextEncoder();
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(text.encode(ndjson(people(2_500))));
        end = () => {
          controller.enqueue(text.encode(ndjson(people(500))));
          controller.close();
        };
      },
    });
    const path = `${feed.path}/user_segment_updates`;
    const first = operator.call('POST', path, body, { 'idempotency-key': 'a' });
    await feed.until(({ updates }) => updates.accepted > 0);
    expect((await upload(ndjson(people(3_000)), 'b')).body.data.accepted).toBe(3_000);
    expect((await upload(ndjson(people(3_000)), 'a')).status).toBe(409);
    end();
    expect((await first).status).toBe(200);
    expect(await accepted()).toBe(6_000);
  });
});

describe('a JSON array', () => {
  const post = (body: string) =>
    operator.call<IngestReport>('POST', `${feed.path}/user_segment_updates`, body, {
      'content-type': 'application/json; charset=utf-8',
    });

  it('is taken element by element, those rejected named by number', async () => {
    const elements = [...people(1_500), { operation: 'UPSERT' }, ...people(1)];
    expect((await post(JSON.stringify(elements, null, 2))).body.data).toEqual({
      accepted: 1_501,
      rejected: 1,
      rejections: [{ line: 1_501, path: 'user_identifiers', message: expect.any(String) }],
    });
    expect((await post('[]')).body.data.accepted).toBe(0);
    expect((await post(ndjson(people(2)))).body.data.accepted).toBe(2);
  });

  it('that is not closed is refused, and what came before is said to be in', async () => {
    const { status, body } = await post(JSON.stringify(people(3)).slice(0, -1));
    expect([status, body.error]).toEqual([400, expect.stringContaining('not closed')]);
    // The last one may not have been complete.
    expect(await accepted()).toBe(2);
  });
});

describe('an upload that stalls', () => {
  it('is given up after a while', async () => {
    await scene.close();
    scene = await startTestScene({ requestTimeoutMs: 300 });
    ({ plugin, operator, feed } = scene);
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from(ndjson(people(2)))),
    });
    const { status, body } = await operator.call('POST', `${feed.path}/user_segment_updates`, stream);
    expect([status, body.error]).toEqual([408, expect.stringContaining('0.3 s')]);
    expect(await accepted()).toBe(2);
  });
});
