import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toXml } from './xml.ts';

// The shop's documentation shows many answers both as JSON and as XML. It is not part of this project: name the folder
// of a copy in SHOP_DOCS, or the test is skipped.
const folder = process.env.SHOP_DOCS ?? '';

// White space is free in the documented XML, and its collections write three numbers bare that its JSON has as texts.
const squeeze = (xml: string) =>
  xml
    .replace(/^<\?xml.*?\?>/, '')
    .replace(/>\s+/g, '>')
    .replace(/\s+</g, '<');
const bareNumbers = new Set(['page', 'limit', 'pageCount']);
const withNumbers = (key: string, value: unknown) => (bareNumbers.has(key) && value !== null ? Number(value) : value);

const pairs = () =>
  readdirSync(folder).flatMap((resource) => {
    const json = join(folder, resource, 'response/json');
    if (!existsSync(json)) return [];
    return readdirSync(json)
      .map((name) => {
        const xml = join(folder, resource, 'response/xml', name.replace('.json', '.xml'));
        return { name: `${resource}/${name.replace('.json', '')}`, json: join(json, name), xml };
      })
      .filter(({ xml }) => existsSync(xml));
  });

// Where the documentation contradicts itself: what its XML has that neither its JSON nor the rest of its XML leads to.
const contradictions: Record<string, string> = {
  'cms_content_cms_list_relation/get_id': 'texts without CDATA',
  'cms_content_cms_list_relation/get_page': 'texts without CDATA',
  'cms_content_extend/get_id': 'another item',
  'cms_content_extend/get_page': 'other items',
  'cms_content_list_extend/get_id': 'texts without CDATA, an element round a relation',
  'cms_content_list_extend/get_page': 'texts without CDATA, an element round a relation',
  'coupon_description/get_id': 'a line break inside an address',
  'coupon_description/get_page': 'a line break inside an address',
  'currency/get_id': 'a space before a text',
  'information_description/get_page': 'another description',
  'list_attribute_widget/get_id': 'bare numbers that JSON has as texts',
  'number_attribute_widget/get_id': 'bare numbers that JSON has as texts',
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

it.skipIf(folder === '')('writes the documented JSON answers exactly as the documented XML answers', () => {
  const different = pairs().filter(({ json, xml }) => {
    const tree = JSON.parse(readFileSync(json, 'utf8'), withNumbers);
    return squeeze(toXml(tree.response ?? tree)) !== squeeze(readFileSync(xml, 'utf8'));
  });
  expect(pairs()).toHaveLength(103);
  expect(different.map(({ name }) => name).sort()).toEqual(Object.keys(contradictions).sort());
});
