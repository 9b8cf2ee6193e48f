import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEmptyBody, unwrapResponse } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { itemsOf, readDocument } from './read-answer.ts';

// The shop's documentation shows many answers both as JSON and as XML. It is not part of this project: name the folder
// of a copy in SHOP_DOCS, or the tests are skipped.
const folder = process.env.SHOP_DOCS ?? '';

interface Pair {
  name: string;
  json: unknown;
  xml: unknown;
}

const pairs = (): Pair[] =>
  readdirSync(folder).flatMap((resource) => {
    const at = (format: string, name: string) => join(folder, resource, 'response', format, name);
    if (!existsSync(at('json', ''))) return [];
    return readdirSync(at('json', ''))
      .map((name) => [name, at('json', name), at('xml', name.replace('.json', '.xml'))] as const)
      .filter(([, , xml]) => existsSync(xml))
      .map(([name, json, xml]) => ({
        name: `${resource}/${name.replace('.json', '')}`,
        json: readDocument(readFileSync(json, 'utf8')),
        xml: readDocument(readFileSync(xml, 'utf8')),
      }));
  });

/** What XML can say: texts, lists of more than one, and one kind of nothing, which false is, too. */
function asXmlSays(value: unknown): unknown {
  if (isEmptyBody(value) || value === false) return '';
  if (value === true) return '1';
  if (Array.isArray(value)) return value.length === 1 ? asXmlSays(value[0]) : value.map(asXmlSays);
  if (typeof value !== 'object' || value === null) return String(value).trim();
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, asXmlSays(field)]));
}

// Where the documentation contradicts itself: what its XML says that its JSON does not.
const contradictions: Record<string, string> = {
  'cms_content_extend/get_id': 'another item',
  'cms_content_extend/get_page': 'other items',
  'cms_content_list_extend/get_id': 'an element round a relation',
  'cms_content_list_extend/get_page': 'an element round a relation',
  'coupon_description/get_id': 'a line break inside an address',
  'coupon_description/get_page': 'a line break inside an address',
  'information_description/get_page': 'another description',
  'order/get_id': 'one property under the name of another',
  'order_extend/get_id': 'another product name',
  'order_extend/get_page': 'another gtin',
  'order_product_addon/get_id': 'another name',
  'product_addon/get_id': 'the address of another resource',
  'product_badge/get_id': 'another name',
  'product_extend/get_id': 'other related products',
  'product_extend/get_page': 'a property that JSON lacks',
  'shipping_mode_extend/get_id': 'another type',
  'shipping_mode_extend/get_page': 'another type',
  'tax_class_extend/get_id': 'another date',
  'tax_class_extend/get_page': 'other tax rates',
};

describe.skipIf(folder === '')('the documented answers', () => {
  it('can all be read', () => {
    expect(pairs().filter(({ json, xml }) => json === undefined || xml === undefined)).toEqual([]);
  });

  it('say the same in JSON and in XML', () => {
    const different = pairs().filter(({ json, xml }) => {
      const [a, b] = [unwrapResponse(json), unwrapResponse(xml)] as Record<string, unknown>[];
      const whole = { ...a, ...(a && 'items' in a ? { items: { item: itemsOf(a) } } : {}) };
      return JSON.stringify(asXmlSays(whole)) !== JSON.stringify(asXmlSays(b));
    });
    expect(pairs()).toHaveLength(103);
    expect(different.map(({ name }) => name).sort()).toEqual(Object.keys(contradictions).sort());
  });

  it('have as many items either way', () => {
    const collections = pairs().filter(({ json }) => 'items' in ((unwrapResponse(json) ?? {}) as object));
    expect(collections.length).toBeGreaterThan(30);
    const counts = collections.filter(({ json, xml }) => itemsOf(json).length === itemsOf(xml).length);
    expect(counts.length).toBeGreaterThanOrEqual(collections.length - 5);
  });
});
