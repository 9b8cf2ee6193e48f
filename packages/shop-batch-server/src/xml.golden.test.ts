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
      .map((name) => [join(json, name), join(folder, resource, 'response/xml', name.replace('.json', '.xml'))] as const)
      .filter(([, xml]) => existsSync(xml));
  });

// The rest contradict themselves: other names, ids or items in one form than in the other.
const consistent = 74;

it.skipIf(folder === '')('writes the documented JSON answers exactly as the documented XML answers', () => {
  const same = pairs().filter(([json, xml]) => {
    const tree = JSON.parse(readFileSync(json, 'utf8'), withNumbers);
    return squeeze(toXml(tree.response ?? tree)) === squeeze(readFileSync(xml, 'utf8'));
  });
  expect(same.length).toBeGreaterThanOrEqual(consistent);
});
