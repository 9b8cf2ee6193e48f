import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resources } from './resources.ts';
import { buildShop } from './server.ts';

type Tree = Record<string, unknown>;

const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`;
const base = 'http://shop.test';
const id = (text: string) => Buffer.from(text).toString('base64');

let dataDir: string;
let server: FastifyInstance;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-catalogue-'));
  server = await buildShop({ dataDir, credentials: { user: 'a', password: 'b' } });
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, data?: Tree) => {
  const answer = await server.inject({
    method,
    url,
    headers: { authorization, accept: 'application/json', host: 'shop.test' },
    ...(data && { payload: { data } }),
  });
  return { status: answer.statusCode, body: (answer.payload === '' ? {} : answer.json()) as Tree };
};

describe('the tables of resources', () => {
  it('hold together: every target, link back, key and search names something that is there', () => {
    const stores = new Set([...resources.values()].map(({ store }) => store));
    const wrong: string[] = [];
    for (const { endpoint, properties, search, idKeys, scope } of resources.values()) {
      const check = (ok: boolean, what: string) => ok || wrong.push(`${endpoint}: ${what}`);
      check(/^\w+\.\w+$/.test(scope), scope);
      for (const { name, kind, target } of properties.values()) {
        if (kind === 'link')
          check(
            target.split('|').every((one) => stores.has(one)),
            `${name}>${target}`,
          );
        if (kind === 'links') {
          const [other = '', parameter = ''] = target.split('?');
          check(resources.get(other)?.search.has(parameter) === true, `${name}*${target}`);
        }
        const [other = '', link = '', further = ''] = target.split('.');
        const linked = resources.get(other)?.properties;
        if (kind === 'nested') check(linked?.get(link)?.kind === 'link', `${name}+${target}`);
        if (kind === 'made') check(linked?.has(link) === true, `${name}@${target}`);
        if (kind === 'reached') {
          check(linked?.get(link)?.kind === 'link' && linked.get(further)?.kind === 'link', `${name}/${target}`);
        }
      }
      for (const { link } of idKeys) check(link === undefined || properties.get(link)?.kind === 'link', `id ${link}`);
      for (const [parameter, property] of search) {
        const known =
          properties.has(property) || parameter === 'innerId' || /^(created|updated)(At|Before|After)/.test(parameter);
        check(known, `search ${parameter}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(resources.size).toBe(98);
  });

  it('give every resource a collection', async () => {
    for (const { endpoint, methods } of resources.values()) {
      if (!methods.has('GET')) continue;
      expect([endpoint, (await call('GET', `/${endpoint}?full=1`)).status]).toEqual([endpoint, 200]);
    }
  });

  it('keep read-only resources read-only', async () => {
    expect((await call('POST', '/countries', { name: 'X' })).status).toBe(404);
    expect((await call('DELETE', '/orders/1')).status).toBe(404);
  });
});

describe('ids made of links', () => {
  beforeEach(async () => {
    await call('POST', '/products/a', { sku: 'a' });
    await call('POST', '/categories/c', { sortOrder: 1 });
  });

  it('name the items they link to, once', async () => {
    const own = id('productCategory-product_id=1&category_id=1');
    const data = { product: { id: 'a' }, category: { id: 'c' } };
    expect(await call('POST', '/productCategoryRelations', data)).toMatchObject({
      status: 201,
      body: { id: own, href: `${base}/productCategoryRelations/${own}`, product: { href: `${base}/products/a` } },
    });
    expect(await call('POST', '/productCategoryRelations', data)).toMatchObject({
      status: 409,
      body: { error: 40901 },
    });
    expect(await call('GET', `/productCategoryRelations/${own}`)).toMatchObject({ status: 200 });
    expect((await call('GET', '/productCategoryRelations?productId=a')).body.items).toHaveLength(1);
    expect((await call('GET', '/productCategoryRelations?productId=b')).body.items).toHaveLength(0);
    expect((await call('DELETE', `/productCategoryRelations/${own}`)).status).toBe(204);
  });

  it('may hold the own number too', async () => {
    await call('POST', '/listAttributes/size', { sortOrder: 1 });
    const value = await call('POST', '/listAttributeValues', { listAttribute: { id: 'size' } });
    const own = id('listAttributeValue-attribute_id=1&value_id=1');
    expect(value).toMatchObject({ status: 201, body: { id: own } });
    expect((await call('PUT', `/listAttributeValues/${own}`, { id: 'xl' })).body).toMatchObject({ id: 'xl' });
    expect((await call('GET', `/listAttributeValues/${own}`)).body).toMatchObject({ id: 'xl' });
  });

  it('stay apart where resources share their numbers', async () => {
    await call('POST', '/listAttributes', {});
    expect((await call('POST', '/textAttributes', {})).body).toMatchObject({ id: id('textAttribute-attribute_id=2') });
  });

  it('follow an outer id that changes', async () => {
    await call('POST', '/categories/child', { parentCategory: { id: 'c' } });
    await call('PUT', '/categories/c', { id: 'd' });
    expect((await call('GET', '/categories/child')).body).toMatchObject({
      parentCategory: { href: `${base}/categories/d` },
    });
  });
});

describe('extended resources', () => {
  const person = { firstname: 'Anna', lastname: 'Nagy', email: 'a@example.com', telephone: '1', password: 'x' };
  const address = { firstname: 'Anna', lastname: 'Nagy', address1: 'Fő u. 1.', postcode: '1000', city: 'Budapest' };

  it('create and show the items nested in them', async () => {
    const country = (await call('GET', '/countries?full=1')).body.items as Tree[];
    const created = await call('POST', '/customerExtend/7', {
      ...person,
      addresses: [{ ...address, id: 'home', country: { id: country[0]!.id } }],
      loyaltyPoints: [{ value: 5 }, { value: 7 }],
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        href: `${base}/customerExtend/7`,
        addresses: [{ id: 'home', city: 'Budapest', customer: { href: `${base}/customers/7` } }],
        loyaltyPoints: [{ value: '5' }, { value: '7' }],
      },
    });
    expect((await call('GET', '/customers/7')).body).toMatchObject({
      addresses: { href: `${base}/addresses?customerId=7` },
    });
    const changed = await call('PUT', '/customerExtend/7', { addresses: [{ id: 'home', city: 'Debrecen' }] });
    expect(changed.body.addresses).toMatchObject([{ id: 'home', city: 'Debrecen', postcode: '1000' }]);
  });

  it('are written whole or not at all', async () => {
    const answer = await call('POST', '/customerExtend/7', { ...person, addresses: [{ city: 'Budapest' }] });
    expect(answer).toMatchObject({ status: 400, body: { error: 40003 } });
    expect((await call('GET', '/customers/7')).status).toBe(404);
  });

  it('change what they link to instead of doubling it', async () => {
    const languages = (await call('GET', '/languages?full=1')).body.items as Tree[];
    const description = { language: { id: languages[0]!.id }, name: 'Ágy' };
    const post = (name: string) =>
      call('POST', '/productExtend/a', { sku: 'a', productDescriptions: [{ ...description, name }] });
    expect((await post('Ágy')).status).toBe(201);
    expect(await post('Kanapé')).toMatchObject({ status: 200, body: { productDescriptions: [{ name: 'Kanapé' }] } });
    expect((await call('GET', '/productDescriptions?productId=a')).body.items).toHaveLength(1);
  });

  const withMaker = (manufacturer: unknown) => ({ sku: 'a', productDescriptions: [], manufacturer });
  const makers = async () => (await call('GET', '/manufacturers?full=1')).body.items as Tree[];

  it('create what they link to where it is given as an object, and change it when it is there by that name', async () => {
    const pine = { name: 'Pine & Co', picture: 'pine.jpg', sortOrder: 0 };
    expect(await call('POST', '/productExtend/a', withMaker(pine))).toMatchObject({
      status: 201,
      body: {
        manufacturer: {
          href: `${base}/manufacturers/${id('manufacturer-manufacturer_id=1')}`,
          ...pine,
          sortOrder: '0',
        },
      },
    });
    expect((await call('POST', '/productExtend/b', withMaker({ ...pine, picture: 'b.jpg' }))).status).toBe(201);
    expect(await makers()).toMatchObject([{ name: 'Pine & Co', picture: 'b.jpg' }]);
    expect((await call('GET', '/products/b')).body.manufacturer).toEqual({ href: (await makers())[0]!.href });
    expect((await call('PUT', '/productExtend/b', { manufacturer: { name: 'Oak' } })).body).toMatchObject({
      manufacturer: { name: 'Oak', innerId: '2' },
    });
    const back = { id: id('manufacturer-manufacturer_id=1') };
    expect((await call('PUT', '/productExtend/b', { manufacturer: back })).body).toMatchObject({
      manufacturer: { name: 'Pine & Co' },
    });
    expect((await call('PUT', '/productExtend/b', { manufacturer: null })).body.manufacturer).toBeNull();
    expect(await makers()).toHaveLength(2);
  });

  it('create nothing they link to when they are refused themselves', async () => {
    const wrong = { ...withMaker({ name: 'Pine' }), productDescriptions: [{ name: 'x' }] };
    expect((await call('POST', '/productExtend/a', wrong)).status).toBe(400);
    expect((await call('POST', '/productExtend/a', withMaker({ name: 'Pine', taste: 'x' }))).status).toBe(400);
    expect(await makers()).toEqual([]);
  });
});

describe('what is reached through relations', () => {
  beforeEach(async () => {
    for (const sku of ['a', 'b', 'c']) await call('POST', `/products/${sku}`, { sku });
    for (const related of ['b', 'c']) {
      const data = { product: { id: 'a' }, relatedProduct: { id: related } };
      expect((await call('POST', '/productRelatedProductRelations', data)).status).toBe(201);
    }
  });

  it('is a collection of its own below the item', async () => {
    const path = '/productExtend/a/relatedProducts';
    expect((await call('GET', '/productExtend/a')).body).toMatchObject({ relatedProducts: { href: base + path } });
    const links = ['b', 'c'].map((sku) => ({ href: `${base}/products/${sku}` }));
    expect(await call('GET', path)).toMatchObject({
      status: 200,
      body: { href: `${base}${path}?page=0&limit=25`, page: 0, next: null, items: links },
    });
    expect((await call('GET', `${path}?full=1&limit=1&page=1`)).body).toMatchObject({
      previous: { href: `${base}${path}?page=0&limit=1&full=1` },
      items: [{ id: 'c', sku: 'c' }],
    });
    expect((await call('GET', '/productExtend/b/relatedProducts')).body.items).toEqual([]);
  });

  it('is refused like any other collection', async () => {
    expect(await call('GET', '/productExtend/none/relatedProducts')).toMatchObject({ status: 404 });
    expect(await call('GET', '/productExtend/a/relatedProducts?page=1')).toMatchObject({ body: { error: 40008 } });
    expect(await call('GET', '/productExtend/a/relatedProducts?sku=b')).toMatchObject({ body: { error: 40010 } });
    expect((await call('PUT', '/productExtend/a', { relatedProducts: {} })).body).toMatchObject({ error: 40002 });
  });

  it('is gone with the item it leads to', async () => {
    await call('DELETE', '/products/b');
    expect((await call('GET', '/productExtend/a/relatedProducts')).body.items).toHaveLength(1);
  });
});
