import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupResource, ExplainAnswer, FeedLedger } from '@batchfeed/schemas';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlatform } from '../platform.ts';
import { delivered, makeFeed, startTestPlatform, type TestPlatform, update } from '../testing/test-platform.ts';
import { answer, BATCH, line, STATUS, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';
import { restoreBackup } from './restore-backup.ts';

let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ retry: { maxAttempts: 2, baseMs: 1 } });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const users = (count: number) => Array.from({ length: count }, (_, index) => update(`secret-user-${index}`));
const text = async (path: string, headers: Record<string, string> = { authorization: operator.token }) =>
  (await fetch(`${operator.platform.url}${path}`, { headers })).text();

describe('explain', () => {
  it('follows a user from update to open batch, dead letter and replay, by the name the log has', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const explain = (query: string) => operator.do<ExplainAnswer>('GET', `${feed.path}/explain?${query}`);
    await feed.push(users(3));
    await feed.until(({ lines }) => lines.open === 3);
    const waiting = await explain('user=secret-user-1');
    expect(waiting.found).toMatchObject([{ stage: 'batch', state: 'open', grouping_key: 'UPSERT', lines: 3 }]);
    expect((await explain('key=UPSERT')).found).toEqual(waiting.found);
    const identifier = encodeURIComponent('{"type":"USER_POINT","user_point_id":"secret-user-1"}');
    expect(await explain(`user=${identifier}`)).toEqual(waiting);

    plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR', message: 'No.' }));
    await feed.drain();
    await feed.until(({ lines }) => lines.dead === 3);
    const [dead] = (await explain('user=secret-user-1')).found;
    expect(dead).toMatchObject({ stage: 'batch', state: 'dead', dead_letter_id: `batch-${feed.id}-0`, lines: 3 });
    expect((await explain(`batch=${dead?.batch_id}`)).found).toEqual([dead]);
    expect((await explain('batch=nonsense')).found).toEqual([{ stage: 'batch', state: 'unknown' }]);
    expect((await operator.call('GET', `${feed.path}/explain`)).body.error).toContain('exactly one');

    const traced = operator.log.filter((entry) =>
      (entry.traces as string[] | undefined)?.includes(waiting.trace ?? '?'),
    );
    expect(traced.map(({ msg }) => msg)).toEqual(['update', 'batch']);
    expect(traced[1]).toMatchObject({ batch: dead?.batch_id });
    expect(JSON.stringify(operator.log)).not.toContain('secret-user');
  });

  it('keeps to the feed that was asked about', async () => {
    const [one, other] = [await makeFeed(operator, plugin.url), await makeFeed(operator, plugin.url)];
    plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
    await one.push(users(1));
    await one.until(({ lines }) => lines.open === 1);
    await one.drain();
    await one.until(({ lines }) => lines.dead === 1);
    const found = await operator.do<ExplainAnswer>('GET', `${one.path}/explain?user=secret-user-0`);
    const batch = found.found[0]?.batch_id;
    const elsewhere = await operator.do<ExplainAnswer>('GET', `${other.path}/explain?batch=${batch}`);
    expect(elsewhere.found).toEqual([{ stage: 'batch', state: 'unknown' }]);
    expect((await operator.call('POST', `${other.path}/dead_letters/batch-${one.id}-0/replay`)).status).toBe(404);
    const ledger = await operator.do<FeedLedger>('GET', `${one.path}/ledger`);
    expect(ledger.lines).toMatchObject({ accepted: 1, dead: 1, balanced: true });
  });
});

describe('dead letters', () => {
  it('are filtered, exported with their contents, and replayed one, some or all', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    plugin.on(UPDATE, ({ json }, response) => {
      const id = json.user_identifiers[0].user_point_id as string;
      if (id.endsWith('-9')) return answer(response, 500, { status: 'error', message: 'Unlucky' });
      answer(response, 200, { status: 'ok', data: [line(`k${Number(id.slice(12)) % 2}`, { id })] });
    });
    plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR', message: 'Closed' }));
    await feed.push(users(10));
    await feed.until(({ lines, updates }) => lines.dead === 9 && updates.dead === 1);
    const list = async (query: string) => (await operator.call('GET', `${feed.path}/dead_letters?${query}`)).body;
    expect((await list('')).total).toBe(10);
    expect(await list('stage=update')).toMatchObject({ total: 1, data: [{ http_status: 500 }] });
    expect((await list('grouping_key=k1')).total).toBe(4);
    expect(await list('reason=closed&max_results=2&first_result=1')).toMatchObject({ total: 9, count: 2 });
    expect((await list('to_ts=1')).total).toBe(0);
    expect((await list('first_result=1&max_results=3')).data).toMatchObject([
      { id: `batch-${feed.id}-0` },
      { id: `batch-${feed.id}-1` },
      { id: `batch-${feed.id}-2` },
    ]);

    const exported = (await text(`${feed.path}/dead_letters/export?stage=batch`))
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    expect(exported).toHaveLength(9);
    expect(new Set(exported.map(({ contents }) => contents[0].id)).size).toBe(9);

    plugin.on(BATCH, ({ json }, response) =>
      answer(response, 200, { status: 'OK', sent_items_in_success: json.batch_content.length, sent_items_in_error: 0 }),
    );
    const replay = (body: object) => operator.do('POST', `${feed.path}/dead_letters/replay`, body);
    expect(await replay({ ids: [`batch-${feed.id}-0`, `batch-${feed.id}-1`] })).toEqual({ replayed: 2 });
    expect(
      (await operator.call('POST', `${feed.path}/dead_letters/replay`, { ids: [`batch-${feed.id}-0`] })).status,
    ).toBe(404);
    expect(await replay({ grouping_key: 'k1' })).toMatchObject({ replayed: expect.any(Number) });
    expect(await replay({ stage: 'batch' })).toMatchObject({ replayed: expect.any(Number) });
    const after = await feed.until(({ lines }) => lines.delivered === 9);
    expect(after.updates.dead).toBe(1);
  });
});

describe('the log', () => {
  it('has what plugins say of failures without the people they name', async () => {
    const message = 'joe@secret.com is unknown';
    for (const [path, status] of [
      ['/v1/external_segment_creation', 'error'],
      [UPDATE, 'error'],
      [BATCH, 'ERROR'],
    ] as const) {
      plugin.on(path, (_, response) => answer(response, 500, { status, message }));
    }
    const feed = await makeFeed(operator, plugin.url, { activate: false, batching: { batch_flush_max_size: 1 } });
    expect((await operator.call('POST', `${feed.path}/activate`)).body.error).toContain(message);
    plugin.on('/v1/external_segment_creation', (_, response) => answer(response, 200, { status: 'ok' }));
    await operator.do('POST', `${feed.path}/activate`);
    await feed.push(users(1));
    await feed.until(({ updates }) => updates.dead === 1);
    plugin.on(UPDATE, (_, response) => answer(response, 200, { status: 'ok', data: [line('k', {})] }));
    await feed.push(users(1));
    await feed.until(({ batches }) => batches.dead === 1);
    for (const entry of [
      { msg: 'request refused' },
      { msg: 'attempt', stage: 'update' },
      { msg: 'dead', stage: 'update' },
      { msg: 'attempt', stage: 'batch' },
      { msg: 'dead', stage: 'batch' },
    ]) {
      const reason = expect.stringContaining('••• is unknown');
      expect(operator.log).toContainEqual(expect.objectContaining({ ...entry, reason }));
    }
    expect(JSON.stringify(operator.log)).not.toContain('joe@');
  });

  it('says why a plugin counts as down without the people it names', async () => {
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, (_, response) => answer(response, 503, { status: 'error', message: 'busy with joe@secret.com' }));
    plugin.on(STATUS, (_, response) => answer(response, 503, {}));
    await feed.push(users(1));
    await expect.poll(() => feed.circuit()).toMatchObject({ reason: expect.stringContaining('busy with •••') });
    expect(JSON.stringify(operator.log)).not.toContain('joe@');
  });
});

describe('backups', () => {
  it('are made while updates pass, and a platform goes on from one', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 7 } });
    await feed.push(users(50));
    const pushing = feed.push(users(200));
    const backup = await operator.do<BackupResource>('POST', '/v1/backups', { name: 'before' });
    await pushing;
    expect(await operator.do<BackupResource[]>('GET', '/v1/backups')).toEqual([backup]);
    expect((await operator.call('POST', '/v1/backups', { name: 'before' })).status).toBe(409);
    expect((await operator.call('POST', '/v1/backups', { name: '../away' })).status).toBe(400);
    expect(existsSync(join(backup.path, 'api-token'))).toBe(true);

    const dataDir = join(await mkdtemp(join(tmpdir(), 'batchfeed-restore-')), 'data');
    restoreBackup(backup.path, dataDir);
    expect(() => restoreBackup(backup.path, dataDir)).toThrow('not empty');
    expect(() => restoreBackup(operator.dataDir, `${dataDir}2`)).not.toThrow('is no backup');
    const restored = await openPlatform({ dataDir, logger: pino({ level: 'silent' }) });
    const headers = { authorization: readFileSync(join(dataDir, 'api-token'), 'utf8').trim() };
    const statistics = await fetch(`${restored.url}${feed.path}/statistics`, { headers });
    const { data } = (await statistics.json()) as { data: { updates: { accepted: number } } };
    expect(data.updates.accepted).toBeGreaterThanOrEqual(50);
    await restored.close();
    await rm(join(dataDir, '..'), { recursive: true });
  });
});

describe('dead letters that are too old', () => {
  it('are thrown away, each told of in the log, and stay in ledger, statistics and metrics', async () => {
    await operator.close();
    let now = Date.now();
    operator = await startTestPlatform({ now: () => now, retention: { deadLetterDays: 30 } });
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 2 } });
    plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
    await feed.push(users(4));
    await feed.until(({ batches }) => batches.dead === 2);
    // The engine's own clock says when they died.
    now += 31 * 24 * 3_600_000;
    await operator.restart();
    const { lines, batches } = await feed.until(({ batches }) => batches.dead === 0);
    expect([lines, batches]).toMatchObject([
      { accepted: 4, dead: 0, expired: 4 },
      { dead: 0, expired: 2 },
    ]);
    expect((await operator.call('GET', `${feed.path}/dead_letters`)).body.total).toBe(0);
    const ledger = await operator.do<FeedLedger>('GET', `${feed.path}/ledger`);
    expect(ledger.lines).toMatchObject({ accepted: 4, dead: 0, expired: 4, balanced: true });
    expect(operator.log.filter(({ msg }) => msg === 'expired')).toHaveLength(2);
    await expect.poll(() => operator.log).toContainEqual(expect.objectContaining({ dead_letters: 2 }));
    const metrics = await text('/metrics');
    expect(metrics).toContain('batchfeed_dead_letters_expired_total{stage="batch"} 2');
    expect(metrics).toContain('batchfeed_lines{stage="batch",state="expired"} 4');
    await operator.restart();
    expect((await feed.statistics()).lines).toMatchObject({ accepted: 4, expired: 4 });
  });

  it('stay for ever unless somebody set a limit', async () => {
    await operator.close();
    let now = Date.now();
    operator = await startTestPlatform({ now: () => now });
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
    await feed.push(users(1));
    await feed.until(({ batches }) => batches.dead === 1);
    now += 3_000 * 24 * 3_600_000;
    await operator.restart();
    expect((await feed.statistics()).batches.dead).toBe(1);
  });
});

describe('health, metrics and documentation', () => {
  it('say how the platform is, without anything personal', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 2 } });
    await feed.push([...users(4), { nonsense: true }]);
    await feed.until(delivered);
    expect(await text('/healthz', {})).toBe('{"status":"ok"}');
    expect(await text('/readyz', {})).toBe('{"status":"ok"}');
    expect(JSON.parse(await text('/metrics', {})).status).toBe('error');
    const metrics = await text('/metrics');
    for (const wanted of [
      'batchfeed_updates_accepted_total 4',
      'batchfeed_updates_rejected_total 1',
      'batchfeed_batches_sealed_total{reason="lines"} 2',
      'batchfeed_batch_fill_ratio_sum{reason="lines"} 2',
      'batchfeed_attempts_total{stage="batch",outcome="delivered"} 2',
      'batchfeed_lines{stage="batch",state="delivered"} 4',
      'batchfeed_oldest_open_line_age_seconds 0',
      'batchfeed_circuits_open 0',
      'batchfeed_plugin_call_seconds_count{endpoint="/v1/user_segment_update"} 4',
      'batchfeed_items_total{result="success"} 4',
    ]) {
      expect(metrics).toContain(wanted);
    }
    expect(metrics).not.toContain('secret-user');
    plugin.on(UPDATE, (_, response) => answer(response, 503, ''));
    plugin.on(STATUS, (_, response) => answer(response, 503, ''));
    await feed.push(users(3));
    await expect.poll(() => text('/metrics')).toContain('batchfeed_circuits_open 1');
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    await expect.poll(() => text('/metrics')).toContain('batchfeed_lines{stage="update",state="discarded"} 3');
    expect(await text('/metrics')).toContain('batchfeed_lines{stage="update",state="delivered"} 4');
    expect(await text('/metrics', { authorization: `Bearer ${operator.token}` })).toContain('batchfeed_');
  });

  it('record arrivals when asked to', async () => {
    const feed = await makeFeed(operator, plugin.url);
    await operator.do('PUT', `${feed.path}/arrivals/recording`, { max: 3 });
    await feed.push(users(5));
    await feed.until(({ lines }) => lines.accepted === 5);
    const arrivals = await operator.do<{ key: string }[]>('GET', `${feed.path}/arrivals`);
    expect(arrivals).toHaveLength(3);
    expect(new Set(arrivals.map(({ key }) => key)).size).toBe(1);
    expect(JSON.stringify(arrivals)).not.toContain('secret-user');
  });

  it('describe what plugins call, with the credentials of their workers', async () => {
    const { paths, components } = JSON.parse(await text('/v1/openapi.json', {}));
    expect(components.securitySchemes.worker).toMatchObject({ type: 'http', scheme: 'basic' });
    const operators = [{ token: [] }, { session: [] }];
    const worker = [{ worker: [] }];
    expect(paths['/v1/configuration/technical_name={technical_name}'].get).toMatchObject({ security: worker });
    const feed = paths['/v1/audience_segment_external_feeds/{feed_id}'];
    expect(feed.get).toMatchObject({
      summary: 'Read a feed',
      description: expect.stringContaining('worker'),
      security: [...operators, ...worker],
    });
    expect(feed.put.security).toBeUndefined();
    expect(paths['/v1/audience_segment_external_feeds/{feed_id}/properties'].post.security).toEqual(worker);
    expect(Object.keys(paths).filter((path) => path.includes('gateway'))).toEqual([]);
    // Addresses that differ in the names of their parameters only are one and the same.
    const shapes = Object.keys(paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('describe every route in OpenAPI 3.1, on a page that loads nothing', async () => {
    const document = JSON.parse(await text('/v1/openapi.json', {}));
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(
      document.paths as Record<string, Record<string, { summary: string; operationId: string }>>,
    ).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => ({ name: `${method.toUpperCase()} ${path}`, summary })),
    );
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter(({ summary }) => /^(GET|POST|PUT|DELETE) \//.test(summary))).toEqual([]);
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods as Record<string, { operationId: string }>).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const create = document.paths['/v1/plugins/{plugin_id}/versions/{version_id}/batching_configurations'].post;
    expect(create.requestBody.content['application/json'].schema.properties.ordering).toMatchObject({
      enum: ['USER', 'GROUPING_KEY'],
      default: 'USER',
    });
    expect(create.requestBody.content['application/json'].schema.properties.batch_flush_max_size).toMatchObject({
      type: 'integer',
      maximum: 100_000,
    });
    const upload = document.paths['/v1/audience_segment_external_feeds/{feed_id}/user_segment_updates'].post;
    expect(Object.keys(upload.requestBody.content)).toEqual(['application/x-ndjson', 'application/json']);
    expect(upload.requestBody.content['application/json'].schema).toMatchObject({ type: 'array', items: {} });
    const inHeaders = ({ parameters }: { parameters: { name: string; in: string; required: boolean }[] }) =>
      parameters.filter((each) => each.in === 'header').map(({ name, required }) => [name, required]);
    expect(inHeaders(upload)).toEqual([
      ['Idempotency-Key', false],
      ['Content-Encoding', false],
    ]);
    const feed = document.paths['/v1/audience_segment_external_feeds/{feed_id}'];
    for (const method of ['put', 'delete']) expect(inHeaders(feed[method])).toEqual([['If-Match', false]]);
    expect(inHeaders(feed.get)).toEqual([]);
    const file = document.paths['/v1/data_files/data'];
    for (const { responses } of [feed.get, feed.put, file.get, file.put]) {
      expect(Object.keys(responses[200].headers)).toEqual(['ETag']);
    }
    expect(document.paths['/v1/audience_segment_external_feeds'].get.responses[200].headers).toBeUndefined();
    const page = await text('/v1/docs', {});
    expect(page).toContain('Upload updates');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\/|<script|@import|url\(/);
  });
});
