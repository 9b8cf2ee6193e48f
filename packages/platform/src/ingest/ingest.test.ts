import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { IngestReport } from '@batchfeed/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delivered, ndjson, type TestFeed, type TestPlatform, update } from '../testing/test-platform.ts';
import { type TestPlugin, UPDATE } from '../testing/test-plugin.ts';
import { startTestScene, type TestScene } from '../testing/test-scene.ts';

let scene: TestScene;
let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;

beforeAll(async () => {
  scene = await startTestScene();
  ({ plugin, operator, feed } = scene);
});
afterAll(() => scene.close());

const good = JSON.stringify(update('good'));
const upload = (body: string | Uint8Array | ReadableStream, headers = {}) =>
  operator.call<IngestReport>('POST', `${feed.path}/user_segment_updates`, body, headers);

describe('an upload', () => {
  it('names every rejected line by number and field, and the others go on', async () => {
    const lines = [
      good,
      'not json',
      '',
      '{"user_identifiers":[]}',
      JSON.stringify({ ...update('x'), operation: 'MERGE' }),
      good,
      JSON.stringify({ user_identifiers: [{ type: 'USER_EMAIL', email: 'who@example.org' }], operation: 'UPSERT' }),
      '[1]',
      'null',
      JSON.stringify({ ...update('x'), feed_id: '1' }),
      good,
    ];
    const before = (await feed.statistics()).updates.accepted;
    const report = await feed.push(lines.join('\n'));
    expect(report).toEqual({
      accepted: 3,
      rejected: 7,
      rejections: [
        { line: 2, path: '', message: 'is not JSON' },
        { line: 4, path: 'user_identifiers', message: expect.any(String) },
        { line: 5, path: 'operation', message: expect.any(String) },
        { line: 7, path: 'user_identifiers[0].hash', message: expect.any(String) },
        { line: 8, path: '', message: 'must be an object' },
        { line: 9, path: '', message: 'must be an object' },
        { line: 10, path: 'feed_id', message: expect.any(String) },
      ],
    });
    expect(JSON.stringify(report)).not.toContain('example.org');
    expect((await feed.statistics()).updates.accepted).toBe(before + 3);
  });

  it.each([
    ['CRLF', `${good}\r\n${good}\r\n`, 2],
    ['a byte order mark', `\ufeff${good}\n`, 1],
    ['no last line end', `${good}\n${good}`, 2],
    ['empty lines', `\n\n${good}\n\r\n \t\n`, 1],
    ['space around objects', `  ${good}\t \n`, 1],
    ['nothing at all', '', 0],
  ])('with %s is taken', async (_, body, accepted) => {
    expect(await feed.push(body)).toEqual({ accepted, rejected: 0, rejections: [] });
  });

  it('is taken whatever it says it is', async () => {
    for (const type of [
      'application/json',
      'text/plain',
      'application/octet-stream',
      'application/x-www-form-urlencoded',
    ]) {
      expect((await upload(good, { 'content-type': type })).body.data.accepted).toBe(1);
    }
  });

  it('with a line over 1 MiB rejects that line alone', async () => {
    const long = JSON.stringify({ ...update('long'), padding: 'x'.repeat(1024 * 1024) });
    const limit = JSON.stringify({ ...update('limit'), padding: '' });
    const exact = limit.replace('""', `"${'x'.repeat(1024 * 1024 - limit.length)}"`);
    expect(Buffer.byteLength(exact)).toBe(1024 * 1024);
    expect(await feed.push([good, long, exact, good].join('\n'))).toEqual({
      accepted: 3,
      rejected: 1,
      rejections: [{ line: 2, path: '', message: 'is longer than 1048576 bytes' }],
    });
  });

  it('with bytes that are no UTF-8 rejects those lines alone', async () => {
    const bytes = Buffer.concat([Buffer.from(`${good}\n`), Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from(good)]);
    expect((await upload(bytes)).body.data).toMatchObject({
      accepted: 2,
      rejections: [{ line: 2, message: 'is not UTF-8' }],
    });
  });

  it('reports the first 1,000 rejections and counts the others', async () => {
    const report = await feed.push('x\n'.repeat(2_500));
    expect(report).toMatchObject({ accepted: 0, rejected: 2_500 });
    expect(report.rejections).toHaveLength(1_000);
    expect(report.rejections.at(-1)?.line).toBe(1_000);
  });

  it('in an encoding nobody reads is refused', async () => {
    const { status, body } = await upload(good, { 'content-encoding': 'br' });
    expect([status, body.error]).toEqual([400, expect.stringContaining('br')]);
  });

  it('may be gzipped', async () => {
    const packed = gzipSync(ndjson(Array.from({ length: 5_000 }, (_, index) => update(`packed-${index}`))));
    const { body } = await upload(packed, { 'content-encoding': 'gzip' });
    expect(body.data).toEqual({ accepted: 5_000, rejected: 0, rejections: [] });
    for (const damaged of [packed.subarray(0, packed.length - 20), Buffer.from('plain')]) {
      const { status, body: refused } = await upload(damaged, { 'content-encoding': 'gzip' });
      expect([status, refused.error]).toEqual([400, expect.stringContaining('gzip')]);
    }
  });

  it('that unpacks to one endless line takes no memory', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 'x'));
    const before = process.memoryUsage.rss();
    const { body } = await upload(bomb, { 'content-encoding': 'gzip' });
    expect(body.data).toMatchObject({ accepted: 0, rejected: 1 });
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('of many chunks, cut anywhere, keeps numbers and texts', async () => {
    const bytes = Buffer.from(ndjson(Array.from({ length: 300 }, (_, index) => update(`ключ-${index}`))));
    const stream = new ReadableStream({
      async start(controller) {
        for (let at = 0; at < bytes.length; at += 97) controller.enqueue(bytes.subarray(at, at + 97));
        controller.close();
      },
    });
    expect((await upload(stream)).body.data).toEqual({ accepted: 300, rejected: 0, rejections: [] });
  });

  it('that breaks off keeps what came before, and the platform goes on', async () => {
    const before = (await feed.statistics()).updates.accepted;
    const { hostname, port } = new URL(operator.platform.url);
    await new Promise<void>((resolve) => {
      const request = httpRequest({
        hostname,
        port,
        method: 'POST',
        path: `${feed.path}/user_segment_updates`,
        headers: { authorization: operator.token, 'content-type': 'application/x-ndjson' },
      });
      request.on('error', () => resolve());
      request.on('close', () => resolve());
      request.write(`${good}\n${good}\n{"half`);
      setTimeout(() => request.destroy(), 100);
    });
    const { updates } = await feed.until(({ updates }) => updates.accepted === before + 2);
    expect(updates.accepted).toBe(before + 2);
    expect(await feed.push(`${good}\n`)).toMatchObject({ accepted: 1 });
  });

  it('is durable when it is answered, and its updates reach the plugin once each', async () => {
    const before = plugin.ofPath(UPDATE).length;
    await feed.until(delivered);
    const updates = Array.from({ length: 2_000 }, (_, index) => update(`durable-${index}`));
    await feed.push(updates);
    await operator.restart();
    await feed.until(delivered);
    const users = plugin
      .ofPath(UPDATE)
      .slice(before)
      .map(({ json }) => json.user_identifiers[0].user_point_id);
    expect(new Set(users.filter((user) => user.startsWith('durable-'))).size).toBe(2_000);
  });
});

describe('an upload under way when the platform closes', () => {
  it('is answered with how far it came, and nothing accepted is lost', async () => {
    let push: (text: string) => void = () => {};
    const stream = new ReadableStream({
      start(controller) {
        push = (text) => controller.enqueue(Buffer.from(text));
      },
    });
    const before = (await feed.statistics()).updates.accepted;
    const answered = upload(stream);
    push(`${good}\n${good}\nnot json\n`);
    await feed.until(({ updates }) => updates.accepted === before + 2);
    await operator.restart();
    const { status, body } = await answered;
    expect(status).toBe(503);
    expect(body.error).toContain('first 3 updates are dealt with (2 accepted, 1 rejected)');
    const { updates } = await feed.until(delivered);
    expect(updates).toMatchObject({ accepted: before + 2, dead: 0 });
  });

  it('that is large does not hold the platform up, and is told exactly how far it came', async () => {
    await operator.do('POST', `${feed.versionPath}/throttlings`, {
      scope: 'GLOBAL',
      plugin_endpoint: '/v1/user_segment_update',
      max_qps: 0.01,
    });
    const before = (await feed.statistics()).updates.accepted;
    const update = JSON.stringify({ ...JSON.parse(good), padding: 'x'.repeat(20_000) });
    const answered = upload(`${update}\n`.repeat(3_000));
    await feed.until(({ updates }) => updates.accepted > before + 100);
    const from = performance.now();
    await operator.restart();
    // The rest of the body is read for 5 s at most, on a busy machine nearly as long.
    expect(performance.now() - from).toBeLessThan(9_000);
    const { status, body } = await answered;
    expect(status).toBe(503);
    const dealtWith = Number(/first (\d+) updates are dealt with/.exec(body.error)?.[1]);
    expect(dealtWith).toBeLessThan(3_000);
    expect((await feed.statistics()).updates.accepted).toBe(before + dealtWith);
  });
});
