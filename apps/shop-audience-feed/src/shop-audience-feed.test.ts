import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { core } from '@batchfeed/plugin-sdk';
import {
  buildBatch,
  buildPlugin,
  buildUpdate,
  checkConformance,
  FakeGateway,
  userEmail,
  userPoint,
} from '@batchfeed/plugin-sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShopAudienceFeed } from './shop-audience-feed.ts';
import { outerIdOf, type ShopLine } from './shop-line.ts';
import { SmallShop } from './small-shop.fixture.ts';

let shop: SmallShop;
beforeEach(async () => {
  shop = await new SmallShop().open();
});
afterEach(() => shop.close());

const properties = (changes: Record<string, string> = {}) => ({
  shop_api_url: shop.url,
  shop_api_user: 'user',
  shop_api_password: 'password',
  ...changes,
});

const build = (changes?: Record<string, string>) =>
  buildPlugin(() => new ShopAudienceFeed(), new FakeGateway().setFeed('1', properties(changes)));

const ann = outerIdOf('ann@example.com');
const bob = outerIdOf('bob@example.com');

/** What the platform does with an update: its lines, as batches by grouping key. */
const linesFor = async (
  { post }: ReturnType<typeof build>,
  operation: core.UpdateType,
  emails: string[],
): Promise<ShopLine[]> => {
  const answer = await post(
    '/v1/user_segment_update',
    buildUpdate({ operation, user_identifiers: [userPoint(), ...emails.map((email) => userEmail(email))] }),
  );
  expect(answer.status).toBe(200);
  const data = answer.body.data as { type: string; content: ShopLine; grouping_key: string }[];
  for (const { type, grouping_key } of data) expect([type, grouping_key]).toEqual(['BATCH_DELIVERY', operation]);
  return data.map(({ content }) => content);
};

const deliver = (plugin: ReturnType<typeof build>, lines: ShopLine[]) =>
  plugin.post('/v1/batch_update', buildBatch<ShopLine>(lines));

const ok = (lines: number) => ({
  status: 200,
  body: { status: 'OK', sent_items_in_success: lines, sent_items_in_error: 0 },
});

describe('activation', () => {
  it('succeeds when the shop can be read', async () => {
    const { post } = build();
    expect((await post('/v1/external_segment_creation', { feed_id: '1' })).status).toBe(200);
    expect((await post('/v1/external_segment_connection', { feed_id: '1' })).body).toEqual({ status: 'ok' });
  });

  it.each(['shop_api_url', 'shop_api_user', 'shop_api_password'])('names the missing property %s', async (name) => {
    const { post } = build({ [name]: '' });
    const answer = await post('/v1/external_segment_creation', { feed_id: '1' });
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ visibility: 'PUBLIC', message: expect.stringContaining(name) });
  });

  it('says what is wrong with an address that cannot be used', async () => {
    const { post } = build({ shop_api_url: 'http://shop.example.com' });
    const answer = await post('/v1/external_segment_creation', { feed_id: '1' });
    expect(answer.body).toMatchObject({ visibility: 'PUBLIC', message: expect.stringContaining('https') });
  });

  it('says that the shop refused the credentials, without telling them', async () => {
    const { post } = build({ shop_api_password: 'not-it-at-all' });
    const answer = await post('/v1/external_segment_connection', { feed_id: '1' });
    expect(answer.status).toBe(500);
    expect(answer.body.message).toContain('401');
    expect(answer.body.message).not.toContain('not-it');
  });
});

describe('people', () => {
  it('are put into the shop under their outer id, and taken out again', async () => {
    const plugin = build();
    const lines = await linesFor(plugin, 'UPSERT', ['ann@example.com', 'bob@example.com']);
    expect(await deliver(plugin, lines)).toMatchObject(ok(2));
    expect([...shop.people]).toEqual([
      [ann, { email: 'ann@example.com', status: '1' }],
      [bob, { email: 'bob@example.com', status: '1' }],
    ]);
    await deliver(plugin, await linesFor(plugin, 'DELETE', ['Ann@Example.com']));
    expect([...shop.people.keys()]).toEqual([bob]);
    expect(shop.batches).toBe(2);
  });

  it('stay the same however often a batch comes', async () => {
    const plugin = build();
    const lines = await linesFor(plugin, 'UPSERT', ['ann@example.com', 'bob@example.com']);
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await deliver(plugin, lines)).toMatchObject(ok(2));
    expect(shop.people.size).toBe(2);
    const gone = await linesFor(plugin, 'DELETE', ['ann@example.com', 'bob@example.com']);
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await deliver(plugin, gone)).toMatchObject(ok(2));
    expect(shop.people.size).toBe(0);
  });

  it('are brought up to date at a shop that refuses an existing outer id', async () => {
    shop.refusesExisting = true;
    shop.people.set(ann, { email: 'ann@example.com', firstname: 'An' });
    const plugin = build();
    const lines: ShopLine[] = [
      { operation: 'UPSERT', outer_id: bob, email: 'bob@example.com' },
      { operation: 'UPSERT', outer_id: ann, email: 'ann@example.com', firstname: 'Ann' },
    ];
    expect(await deliver(plugin, lines)).toMatchObject(ok(2));
    expect(shop.people.get(ann)).toMatchObject({ firstname: 'Ann' });
    expect(shop.batches).toBe(2);
  });

  it('without an address are not eligible', async () => {
    const { post } = build();
    const answer = await post('/v1/user_segment_update', buildUpdate({ user_identifiers: [userPoint()] }));
    expect(answer).toMatchObject({ status: 400, body: { status: 'no_eligible_identifier' } });
  });
});

describe('trouble at the shop', () => {
  it('counts a line the shop will never take, and delivers its neighbours', async () => {
    shop.partStatus.set(ann, 400);
    const plugin = build();
    const lines = await linesFor(plugin, 'UPSERT', ['ann@example.com', 'bob@example.com']);
    const answer = await deliver(plugin, lines);
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'OK', sent_items_in_success: 1, sent_items_in_error: 1, message: 'Not delivered: 1 × 400' },
    });
    expect([...shop.people.keys()]).toEqual([bob]);
  });

  it.each([429, 500, 503])('has the batch sent again while a line is answered %i', async (status) => {
    shop.partStatus.set(ann, status);
    const plugin = build();
    const lines = await linesFor(plugin, 'UPSERT', ['ann@example.com', 'bob@example.com']);
    const first = await deliver(plugin, lines);
    expect(first).toMatchObject({
      status: 503,
      body: { status: 'RETRY', sent_items_in_success: 1, sent_items_in_error: 1 },
    });
    shop.partStatus.clear();
    expect(await deliver(plugin, lines)).toMatchObject(ok(2));
    expect(shop.people.size).toBe(2);
  });

  it('loses and doubles nobody when an answer is lost', async () => {
    shop.losesAnswers = 1;
    const plugin = build();
    const lines = await linesFor(plugin, 'UPSERT', ['ann@example.com', 'bob@example.com']);
    let answer = await deliver(plugin, lines);
    if (answer.body.status === 'RETRY') answer = await deliver(plugin, lines);
    expect(answer).toMatchObject(ok(2));
    expect(shop.people.size).toBe(2);
  });

  it('keeps a batch that the shop refuses as a whole, for when the credentials are right again', async () => {
    const plugin = build({ shop_api_password: 'wrong' });
    const lines = await linesFor(plugin, 'UPSERT', ['ann@example.com']);
    const answer = await deliver(plugin, lines);
    expect(answer).toMatchObject({ status: 400, body: { status: 'ERROR', sent_items_in_error: 1 } });
    expect(answer.body.message).toContain('401');
  });

  it('has the batch sent again when there is no shop', async () => {
    const plugin = build();
    const lines = await linesFor(plugin, 'UPSERT', ['ann@example.com']);
    await shop.close();
    const answer = await deliver(plugin, lines);
    expect(answer).toMatchObject({ status: 503, body: { status: 'RETRY' } });
    expect(JSON.stringify(answer.body)).not.toContain('ann@');
    await shop.open();
  });
});

it('conforms to the protocol', async () => {
  const { plugin } = build();
  const server = createServer(plugin.app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect(await checkConformance({ url, secrets: ['password'] })).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
