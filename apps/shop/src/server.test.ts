import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchAnswer } from '@batchfeed/schemas';
import Database from 'better-sqlite3';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildShop } from './server.ts';

const credentials = { user: 'demo', password: 'let:me in' };
const authorization = `Basic ${Buffer.from('demo:let:me in').toString('base64')}`;
const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' };

let dataDir: string;
let server: FastifyInstance;
let url: string;

const open = async () => {
  server = await buildShop({ dataDir, credentials });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
};

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-'));
  await open();
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

/** Reads the database as an independent reader would, while the shop runs. */
const query = <T>(sql: string): T[] => {
  const database = new Database(join(dataDir, 'shop.db'), { readonly: true });
  try {
    return database.prepare<[], T>(sql).all();
  } finally {
    database.close();
  }
};

type Tree = Record<string, unknown>;

const call = async (method: string, path: string, data?: Tree) => {
  const body = data === undefined ? null : JSON.stringify({ data });
  const answer = await fetch(`${url}${path}`, { method, headers, body });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Tree };
};

const batch = async (requests: { method: string; uri: string; data?: Tree }[]) => {
  const answer = await fetch(`${url}/batch`, { method: 'POST', headers, body: JSON.stringify({ data: { requests } }) });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as BatchAnswer).requests.request.map(({ response }) => ({
    status: response.header.statusCode,
    body: response.body as Tree,
  }));
};

const subscriber = (email: string) => ({ email, firstname: 'Anna', lastname: 'Nagy' });

describe('authentication', () => {
  it.each([
    ['none', {}],
    ['a wrong password', { authorization: `Basic ${Buffer.from('demo:no').toString('base64')}` }],
    ['another scheme', { authorization: authorization.replace('Basic', 'Bearer') }],
    ['rubbish', { authorization: 'Basic' }],
  ])('refuses %s with 401/40101, on every route', async (_, wrong) => {
    for (const path of ['/customers', '/batch', '/nowhere', '/admin/statistics']) {
      const method = path === '/batch' ? 'POST' : 'GET';
      const answer = await fetch(`${url}${path}`, { method, headers: { accept: 'application/json', ...wrong } });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({ error: 40101, message: 'You have no permission for this operation!' });
    }
  });
});

describe('items', () => {
  it('creates with a generated id, reads, changes and deletes', async () => {
    const created = await call('POST', '/newsletterSubscribers', subscriber('anna@example.com'));
    const id = Buffer.from('newsletterSubscriber-subscriber_id=1').toString('base64');
    expect(created).toMatchObject({
      status: 201,
      body: { href: `${url}/newsletterSubscribers/${id}`, id, email: 'anna@example.com', phone: null, language: null },
    });
    const path = `/newsletterSubscribers/${id}`;
    expect(await call('GET', path)).toEqual({ status: 200, body: created.body });
    expect(await call('PUT', path, { firstname: 'Éva' })).toMatchObject({
      status: 200,
      body: { id, firstname: 'Éva', lastname: 'Nagy' },
    });
    expect(await call('POST', path, { lastname: 'Kis' })).toMatchObject({
      status: 200,
      body: { firstname: 'Éva', lastname: 'Kis' },
    });
    expect(await call('DELETE', path)).toEqual({ status: 204, body: {} });
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { error: 40401 } });
    expect(await call('DELETE', path)).toMatchObject({ status: 404, body: { error: 40401 } });
    expect(await call('PUT', path, { firstname: 'x' })).toMatchObject({ status: 400, body: { error: 40007 } });
    expect(await call('POST', path, subscriber('x@example.com'))).toMatchObject({
      status: 400,
      body: { error: 40007 },
    });
  });

  it('creates under an outer id once, and changes it after that', async () => {
    expect(await call('POST', '/products/SKU-11', { sku: 'SKU-11', price: 1.5, status: true })).toMatchObject({
      status: 201,
      body: { href: `${url}/products/SKU-11`, id: 'SKU-11', innerId: '1', sku: 'SKU-11', price: '1.5', status: '1' },
    });
    expect(await call('POST', '/products/SKU-11', { price: '2' })).toMatchObject({
      status: 200,
      body: { id: 'SKU-11', price: '2' },
    });
    expect(query('SELECT outerId, price FROM products')).toEqual([{ outerId: 'SKU-11', price: '2' }]);
    const generated = Buffer.from('product-product_id=1').toString('base64');
    expect(await call('GET', `/products/${generated}`)).toMatchObject({ status: 200, body: { id: 'SKU-11' } });
  });

  it.each([
    ['as long as it may be', 'x'.repeat(255)],
    ['every character percent-encoded', 'ő'.repeat(255)],
  ])('takes an outer id %s, and none that is longer', async (_, id) => {
    const path = `/newsletterSubscribers/${encodeURIComponent(id)}`;
    expect((await call('POST', path, subscriber('a@example.com'))).status).toBe(201);
    expect(await call('GET', path)).toMatchObject({ status: 200, body: { id } });
    expect((await batch([{ method: 'GET', uri: path }]))[0]).toMatchObject({ status: 200, body: { id } });
    const longer = await call('POST', `${path}x`, subscriber('b@example.com'));
    expect(longer).toMatchObject({ status: 400, body: { error: 40005 } });
  });

  it('changes an outer id, unless another item has it', async () => {
    await call('POST', '/customerGroups/a', { name: 'A' });
    await call('POST', '/customerGroups/b', { name: 'B' });
    expect(await call('PUT', '/customerGroups/a', { id: 'b' })).toMatchObject({ status: 409, body: { error: 40901 } });
    expect(await call('PUT', '/customerGroups/a', { id: 'c' })).toMatchObject({
      status: 200,
      body: { id: 'c', name: 'A' },
    });
    expect(await call('GET', '/customerGroups/a')).toMatchObject({ status: 404 });
    expect(await call('POST', '/customerGroups', { id: 'c', name: 'C' })).toMatchObject({ status: 409 });
  });

  it('links items', async () => {
    await call('POST', '/customerGroups/vip', { name: 'VIP' });
    const person = { ...subscriber('b@example.com'), telephone: '1', password: 'x' };
    expect(await call('POST', '/customers/7', { ...person, customerGroup: { id: 'vip' } })).toMatchObject({
      status: 201,
      body: {
        customerGroup: { href: `${url}/customerGroups/vip` },
        addresses: { href: `${url}/addresses?customerId=7` },
        defaultAddress: null,
      },
    });
    expect(await call('POST', '/customers/8', { ...person, customerGroup: { id: 'none' } })).toMatchObject({
      status: 400,
      body: { error: 40005, message: expect.stringContaining('customerGroup') },
    });
    expect(await call('PUT', '/customers/7', { customerGroup: '' })).toMatchObject({
      status: 200,
      body: { customerGroup: null },
    });
  });

  it.each<[string, string, Tree | undefined, number, number]>([
    ['no body', '/customerGroups', undefined, 400, 40014],
    ['a required field left out', '/customers', { email: 'a@example.com' }, 400, 40003],
    ['a required field left empty', '/customerGroups', { name: '' }, 400, 40003],
    ['a read-only field', '/customerGroups', { name: 'a', innerId: 5 }, 400, 40002],
    ['an unknown field', '/customerGroups', { name: 'a', nmae: 'b' }, 400, 40005],
    ['a field of the wrong type', '/customerGroups', { name: { a: 1 } }, 400, 40005],
    ['an outer id with a slash', '/customerGroups', { id: 'a/b', name: 'a' }, 400, 40005],
    [
      'an outer id that looks like the shop’s own',
      `/customerGroups`,
      { id: 'Y3VzdG9tZXJHcm91cC1jdXN0b21lcl9ncm91cF9pZD02', name: 'a' },
      400,
      40007,
    ],
    ['an unknown resource', '/customerGroup', { name: 'a' }, 404, 40401],
  ])('refuses %s', async (_, path, data, status, error) => {
    expect(await call('POST', path, data)).toMatchObject({ status, body: { error } });
    expect(query('SELECT * FROM customerGroups')).toEqual([]);
  });

  it('answers 40001 to a body without data', async () => {
    const answer = await fetch(`${url}/customerGroups`, { method: 'POST', headers, body: '{"name":"a"}' });
    expect(await answer.json()).toEqual({ error: 40001, message: 'Data parameter not found in POST/PUT!' });
  });

  it('answers XML unless JSON is asked for', async () => {
    await call('POST', '/customerGroups/a', { name: 'A & B' });
    const answer = await fetch(`${url}/customerGroups/a`, { headers: { authorization } });
    expect(answer.headers.get('content-type')).toBe('application/xml');
    expect(await answer.text()).toContain('<name><![CDATA[A & B]]></name><percentDiscount/>');
  });

  it('answers nothing when asked to, except for products', async () => {
    expect(await call('POST', '/customerGroups/a?emptyBody=1', { name: 'A' })).toEqual({ status: 201, body: {} });
    expect(await call('POST', '/products/a?emptyBody=1', { sku: 'A' })).toMatchObject({
      status: 201,
      body: { sku: 'A' },
    });
  });
});

describe('the official PHP client', () => {
  const bare = { authorization, accept: 'application/json' };

  it('sends fields as multipart text parts', async () => {
    const form = new FormData();
    form.set('data[sku]', '007');
    form.set('data[price]', '1.5');
    form.set('data[status]', '1');
    form.set('data[parentProduct]', '');
    const answer = await fetch(`${url}/products/php`, { method: 'POST', headers: bare, body: form });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      id: 'php',
      sku: '007',
      price: '1.5',
      status: '1',
      parentProduct: null,
    });
  });

  it('deletes with an urlencoded type and nothing in it', async () => {
    await call('POST', '/products/php', { sku: '1' });
    const empty = { ...bare, 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' };
    expect((await fetch(`${url}/products/php`, { method: 'DELETE', headers: empty })).status).toBe(204);
    const answer = await fetch(`${url}/products/php`, { method: 'POST', headers: empty, body: '' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 40014 });
  });

  it('understands every content type it may get', async () => {
    const types = await Promise.all(
      ['/products', '/nowhere', '/products/none'].map((path) => fetch(`${url}${path}`, { headers: { authorization } })),
    );
    expect(new Set(types.map((answer) => answer.headers.get('content-type')))).toEqual(new Set(['application/xml']));
  });
});

describe('collections', () => {
  beforeEach(async () => {
    const requests = Array.from({ length: 7 }, (_, index) => ({
      method: 'POST',
      uri: `/newsletterSubscribers/p${index}`,
      data: { ...subscriber(`p${index}@example.com`), status: index % 2 },
    }));
    await batch(requests);
  });

  it('pages through', async () => {
    const page = (number: number) => ({ href: `${url}/newsletterSubscribers?page=${number}&limit=3` });
    const hrefs = (...names: string[]) => names.map((name) => ({ href: `${url}/newsletterSubscribers/${name}` }));
    expect((await call('GET', '/newsletterSubscribers?page=1&limit=3')).body).toEqual({
      ...page(1),
      page: 1,
      limit: 3,
      first: page(0),
      previous: page(0),
      next: page(2),
      last: page(2),
      items: hrefs('p3', 'p4', 'p5'),
    });
    expect((await call('GET', '/newsletterSubscribers?page=2&limit=3')).body).toMatchObject({
      next: null,
      items: hrefs('p6'),
    });
    expect((await call('GET', '/customers')).body).toMatchObject({
      page: 0,
      limit: 25,
      previous: null,
      next: null,
      items: [],
    });
  });

  it('expands and searches', async () => {
    const { body } = await call('GET', '/newsletterSubscribers?full=1&status=1');
    expect((body.items as Tree[]).map(({ email }) => email)).toEqual([
      'p1@example.com',
      'p3@example.com',
      'p5@example.com',
    ]);
    expect((await call('GET', '/newsletterSubscribers?email=p2%40example.com')).body.items).toHaveLength(1);
  });

  it.each([
    ['page=3&limit=3', 40008],
    ['limit=201', 40005],
    ['limit=0', 40005],
    ['page=-1', 40005],
    ['page=1e1', 40005],
    ['colour=red', 40010],
    ['firstname=Anna', 40010],
    ['page=0&page=1', 40005],
    ['hasOwnProperty=1', 40010],
  ])('refuses %s', async (parameters, error) => {
    expect(await call('GET', `/newsletterSubscribers?${parameters}`)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('batches', () => {
  it('lets later requests use the outer ids of earlier ones, and isolates failures', async () => {
    const parts = await batch([
      { method: 'POST', uri: `${url}/customerGroups/vip`, data: { name: 'VIP' } },
      {
        method: 'POST',
        uri: `${url}/customers/7`,
        data: { ...subscriber('c@example.com'), telephone: '1', password: 'x', customerGroup: { id: 'vip' } },
      },
      { method: 'POST', uri: `${url}/customers/8`, data: { email: 'd@example.com' } },
      { method: 'POST', uri: `${url}/customers` },
      { method: 'DELETE', uri: `${url}/customers/none` },
      { method: 'GET', uri: `${url}/customer/7` },
      { method: 'GET', uri: `${url}/admin/statistics` },
      { method: 'GET', uri: `${url}/customers/7` },
    ]);
    expect(parts.map(({ status }) => status)).toEqual([201, 201, 400, 400, 404, 404, 404, 200]);
    expect(parts[3]?.body).toEqual({ error: 40001, message: 'Data parameter not found in POST/PUT!' });
    expect(parts[5]?.body).toEqual({ error: 40401, message: 'Resource matching URI "/customer/7" not found' });
    expect(query('SELECT outerId, email, customerGroup FROM customers')).toEqual([
      {
        outerId: '7',
        email: 'c@example.com',
        customerGroup: Buffer.from('customerGroup-customer_group_id=1').toString('base64'),
      },
    ]);
  });

  it('never duplicates a creation that is repeated', async () => {
    const requests = Array.from({ length: 50 }, (_, index) => ({
      method: 'POST',
      uri: `/newsletterSubscribers/p${index}`,
      data: subscriber(`p${index}@example.com`),
    }));
    expect(new Set((await batch(requests)).map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set((await batch(requests)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(query('SELECT count(*) AS rows FROM newsletterSubscribers')).toEqual([{ rows: 50 }]);
    expect(query('SELECT sum(inserted) AS inserted, sum(updated) AS updated FROM writeLog')).toEqual([
      { inserted: 50, updated: 50 },
    ]);
  });

  it('shows duplicates that a careless client made', async () => {
    await batch(
      ['a@example.com', 'A@example.com', 'b@example.com'].map((email) => ({
        method: 'POST',
        uri: '/newsletterSubscribers',
        data: subscriber(email),
      })),
    );
    expect(query('SELECT * FROM duplicateSubscribers')).toEqual([{ email: 'a@example.com', rows: 2 }]);
    expect((await call('GET', '/admin/statistics')).body).toEqual({
      batches: 1,
      parts: 3,
      parts_by_status: { 201: 3 },
      writes: { inserted: 3, updated: 0, deleted: 0, created_again: 0 },
      items: expect.objectContaining({ customers: 0, newsletterSubscribers: 3 }),
      duplicate_subscribers: 1,
    });
  });

  it('is on disk before the answer, as another connection sees it', async () => {
    await batch([{ method: 'POST', uri: '/newsletterSubscribers/x', data: subscriber('x@example.com') }]);
    expect(query('SELECT outerId FROM newsletterSubscribers')).toEqual([{ outerId: 'x' }]);
  });

  it('keeps everything across a restart', async () => {
    await batch([{ method: 'POST', uri: '/products/x', data: { sku: '007' } }]);
    await server.close();
    await open();
    expect(await call('GET', '/products/x')).toMatchObject({ status: 200, body: { sku: '007' } });
    expect((await call('GET', '/admin/statistics')).body).toMatchObject({ batches: 1, parts: 1 });
  });

  it('serves concurrent batches and single requests, each complete', async () => {
    const work = Array.from({ length: 8 }, (_, run) =>
      batch(
        Array.from({ length: 25 }, (_, index) => ({
          method: 'POST',
          uri: `/products/r${run}-${index}`,
          data: { sku: `${run}` },
        })),
      ),
    );
    const singles = Array.from({ length: 20 }, (_, index) => call('POST', `/products/s${index}`, { sku: 's' }));
    const statuses = [...(await Promise.all(work)).flat(), ...(await Promise.all(singles))].map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(query('SELECT count(*) AS rows FROM products')).toEqual([{ rows: 220 }]);
  });
});
