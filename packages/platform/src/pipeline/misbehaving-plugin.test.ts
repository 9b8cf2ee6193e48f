import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivered, makeFeed, startTestPlatform, type TestPlatform, update } from '../testing/test-platform.ts';
import { answer, BATCH, type Respond, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ callTimeoutMs: 150, retry: { maxAttempts: 3, baseMs: 1, capMs: 5 } });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

/** Answers the first requests so, and every later one as a healthy plugin. */
function atFirst(times: number, respond: Respond, healthy: Respond): Respond {
  let left = times;
  return (request, response) => {
    left -= 1;
    return left >= 0 ? respond(request, response) : healthy(request, response);
  };
}

const okUpdate: Respond = (_, response) =>
  answer(response, 200, { status: 'ok', data: [{ type: 'BATCH_DELIVERY', grouping_key: 'k', content: 1 }] });
const okBatch: Respond = (_, response) =>
  answer(response, 200, { status: 'OK', sent_items_in_success: 1, sent_items_in_error: 0 });

const FAILURES: [string, Respond][] = [
  ['503 without a body', (_, response) => answer(response, 503, '')],
  ['429', (_, response) => answer(response, 429, { status: 'retry' })],
  ['HTML with 200', (_, response) => answer(response, 200, '<html>all is well</html>')],
  ['JSON of another kind', (_, response) => answer(response, 200, '[1,2,3]')],
  ['bytes that are no UTF-8', (_, response) => void response.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
  ['nothing', () => {}],
  ['a hang-up', (_, response) => void response.socket?.destroy()],
  [
    'half an answer',
    (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"status":"ok"');
      setTimeout(() => response.socket?.destroy(), 5);
    },
  ],
  [
    'an answer that never ends',
    (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    },
  ],
];

describe('a plugin that answers an update with', () => {
  it.each(FAILURES)('%s gets it again', async (_, respond) => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    plugin.on(UPDATE, atFirst(2, respond, okUpdate));
    await feed.push([update('a')]);
    const { updates, lines } = await feed.until(delivered);
    expect(updates).toMatchObject({ processed: 1, dead: 0 });
    expect(lines.delivered).toBe(1);
    expect(new Set(plugin.ofPath(UPDATE).map(({ body }) => body)).size).toBe(1);
    expect(plugin.ofPath(UPDATE)).toHaveLength(3);
  });

  it('no_eligible_identifier has done with it', async () => {
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, (_, response) => answer(response, 400, { status: 'no_eligible_identifier' }));
    await feed.push([update('a'), update('b')]);
    const { updates, lines } = await feed.until(delivered);
    expect(updates).toMatchObject({ processed: 0, no_eligible_identifier: 2, dead: 0 });
    expect(lines.accepted).toBe(0);
    expect(plugin.ofPath(UPDATE)).toHaveLength(2);
  });

  it('an error for ever makes a dead letter with its message, and the others go on', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    plugin.on(UPDATE, (request, response) =>
      request.json.user_identifiers[0].user_point_id === 'bad'
        ? answer(response, 500, { status: 'error', message: 'cannot map it' })
        : okUpdate(request, response),
    );
    await feed.push([update('good'), update('bad'), update('better')]);
    const { updates } = await feed.until(delivered);
    expect(updates).toMatchObject({ accepted: 3, processed: 2, dead: 1 });
    const { body } = await operator.call<object[]>('GET', `${feed.path}/dead_letters`);
    expect(body).toMatchObject({ status: 'ok', total: 1, count: 1 });
    expect(body.data[0]).toMatchObject({
      stage: 'update',
      reason: expect.stringContaining('cannot map it'),
      http_status: 500,
      attempts: 3,
      lines: 1,
    });
  });

  it('silence for ever makes a dead letter at the limit of attempts', async () => {
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, () => {});
    await feed.push([update('a')]);
    const { updates } = await feed.until(delivered);
    expect(updates.dead).toBe(1);
    expect(plugin.ofPath(UPDATE)).toHaveLength(3);
  });
});

describe('a plugin that answers a batch with', () => {
  it.each([...FAILURES, ['RETRY', (_, response) => answer(response, 503, { status: 'RETRY' })] as [string, Respond]])(
    '%s gets the same batch again',
    async (_, respond) => {
      const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
      plugin.on(BATCH, atFirst(2, respond, okBatch));
      await feed.push([update('a')]);
      const { batches, lines, items } = await feed.until(delivered);
      expect(lines).toMatchObject({ delivered: 1, dead: 0 });
      expect(items).toEqual({ success: 1, error: 0 });
      expect(batches.attempts).toBe(3);
      const attempts = plugin.ofPath(BATCH);
      expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
      expect(new Set(attempts.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
      expect(attempts.map(({ headers }) => headers['x-batchfeed-attempt'])).toEqual(['1', '2', '3']);
    },
  );

  it('ERROR makes a dead letter of it, and other groups go on', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    plugin.on(BATCH, (request, response) =>
      request.json.context.grouping_key === 'DELETE'
        ? answer(response, 400, {
            status: 'ERROR',
            message: 'list is gone',
            sent_items_in_success: 0,
            sent_items_in_error: 1,
          })
        : okBatch(request, response),
    );
    await feed.push([update('a'), update('b', 'DELETE'), update('c')]);
    const { lines, batches } = await feed.until(delivered);
    expect(lines).toMatchObject({ accepted: 3, delivered: 2, dead: 1 });
    expect(batches).toMatchObject({ delivered: 2, dead: 1 });
    const { body } = await operator.call<object[]>('GET', `${feed.path}/dead_letters`);
    expect(body.data).toMatchObject([
      {
        stage: 'batch',
        grouping_key: 'DELETE',
        http_status: 400,
        reason: expect.stringContaining('list is gone'),
        attempts: 1,
      },
    ]);
  });

  it('ERROR once is sent again under the same id when it is replayed', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 2 } });
    const other = await makeFeed(operator, plugin.url);
    let mended = false;
    plugin.on(BATCH, (request, response) =>
      mended
        ? answer(response, 200, {
            status: 'OK',
            sent_items_in_success: request.json.batch_content.length,
            sent_items_in_error: 0,
          })
        : answer(response, 400, { status: 'ERROR' }),
    );
    await feed.push([update('a'), update('b'), update('c'), update('d'), update('e'), update('f')]);
    await feed.until(({ lines }) => lines.dead === 6);
    mended = true;
    const letters = await operator.do<{ id: string; batch_id: string }[]>('GET', `${feed.path}/dead_letters`);
    const { id, batch_id: batchId } = letters[1] as { id: string; batch_id: string };
    expect((await operator.call('POST', `${other.path}/dead_letters/${id}/replay`)).status).toBe(404);
    expect((await operator.call('POST', `${feed.path}/dead_letters/batch-0-999/replay`)).status).toBe(404);
    expect(await operator.do('POST', `${feed.path}/dead_letters/${id}/replay`)).toEqual({ replayed: 1 });
    await feed.until(({ lines }) => lines.delivered === 2);
    const sent = plugin.ofPath(BATCH).filter(({ headers }) => headers['idempotency-key'] === batchId);
    expect(sent.map(({ body }) => body)).toEqual([sent[0]?.body, sent[0]?.body]);
    expect(await operator.do('POST', `${feed.path}/dead_letters/replay`)).toEqual({ replayed: 2 });
    const { lines, items } = await feed.until(delivered);
    expect(lines).toMatchObject({ accepted: 6, delivered: 6, dead: 0 });
    expect(items).toEqual({ success: 6, error: 0 });
  });

  it('counters it cannot have is not believed', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    plugin.on(BATCH, (_, response) =>
      answer(response, 200, { status: 'OK', sent_items_in_success: 9, sent_items_in_error: 0 }),
    );
    await feed.push([update('a')]);
    const { lines, items } = await feed.until(delivered);
    expect(lines.dead).toBe(1);
    expect(items).toEqual({ success: 0, error: 0 });
  });
});

describe('a plugin that asks for a delay', () => {
  it.each([
    ['x-mics-next-msg-delay', '300'],
    ['retry-after', '0.3'],
  ])('in %s is left alone that long, and the wait is no failure', async (name, value) => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    const times: number[] = [];
    plugin.on(UPDATE, (request, response) => {
      times.push(performance.now());
      return times.length <= 4
        ? answer(response, 429, { status: 'retry' }, { [name]: value })
        : okUpdate(request, response);
    });
    await feed.push([update('a')]);
    const { updates } = await feed.until(delivered);
    expect(updates).toMatchObject({ processed: 1, dead: 0 });
    for (let index = 1; index < times.length; index += 1) {
      expect((times[index] as number) - (times[index - 1] as number)).toBeGreaterThan(280);
    }
  });
});

it('a delay asked for by an update holds up the batches of its feed too', async () => {
  const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
  let askedAt = 0;
  let batchAt = 0;
  plugin.on(UPDATE, (request, response) => {
    askedAt = performance.now();
    response.setHeader('x-mics-next-msg-delay', '400');
    return okUpdate(request, response);
  });
  plugin.on(BATCH, (_, response) => {
    batchAt = performance.now();
    answer(response, 200, { status: 'OK', sent_items_in_success: 1, sent_items_in_error: 0 });
  });
  await feed.push([update('a')]);
  await feed.until(delivered);
  expect(batchAt - askedAt).toBeGreaterThan(380);
});

describe('a plugin that is away', () => {
  it('burns nothing, and gets everything when it is back', async () => {
    const feed = await makeFeed(operator, plugin.url, {
      batching: { batch_flush_max_size: 10, batch_flush_max_age_ms: 20 },
    });
    const port = Number(new URL(plugin.url).port);
    await plugin.close();
    await feed.push(Array.from({ length: 50 }, (_, index) => update(`u${index}`)));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await feed.statistics()).updates).toMatchObject({ accepted: 50, processed: 0, dead: 0 });
    plugin = await startTestPlugin(port);
    const { updates, lines } = await feed.until(delivered);
    expect(updates).toMatchObject({ processed: 50, dead: 0 });
    expect(lines).toMatchObject({ delivered: 50, dead: 0 });
  });

  it('and whose port talks something else than HTTP, is waited for', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const stranger = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    await operator.do('PUT', feed.versionPath, {
      base_url: `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`,
    });
    await feed.push([update('a')]);
    for (const deadline = Date.now() + 10_000; (await feed.circuit()).state === 'CLOSED'; ) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await feed.circuit()).reason).toContain('HTTP');
    await operator.do('PUT', feed.versionPath, { base_url: plugin.url });
    expect((await feed.until(({ updates }) => updates.processed === 1)).updates.dead).toBe(0);
    stranger.close();
  });
});
