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
        name: `${resource}/${name}`,
        json: readDocument(readFileSync(json, 'utf8')),
        xml: readDocument(readFileSync(xml, 'utf8')),
      }));
  });

/** What XML can say: texts, lists of more than one, and one kind of nothing. */
function asXmlSays(value: unknown): unknown {
  if (isEmptyBody(value)) return '';
  if (Array.isArray(value)) return value.length === 1 ? asXmlSays(value[0]) : value.map(asXmlSays);
  if (typeof value !== 'object' || value === null) return String(value).trim();
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, asXmlSays(field)]));
}

// The rest contradict themselves: other names, ids or items in one form than in the other.
const consistent = 84;

describe.skipIf(folder === '')('the documented answers', () => {
  it('can all be read', () => {
    expect(pairs().filter(({ json, xml }) => json === undefined || xml === undefined)).toEqual([]);
  });

  it('say the same in JSON and in XML', () => {
    const same = pairs().filter(({ json, xml }) => {
      const [a, b] = [unwrapResponse(json), unwrapResponse(xml)] as Record<string, unknown>[];
      const whole = { ...a, ...(a && 'items' in a ? { items: { item: itemsOf(a) } } : {}) };
      return JSON.stringify(asXmlSays(whole)) === JSON.stringify(asXmlSays(b));
    });
    expect(same.length).toBeGreaterThanOrEqual(consistent);
  });

  it('have as many items either way', () => {
    const collections = pairs().filter(({ json }) => 'items' in ((unwrapResponse(json) ?? {}) as object));
    expect(collections.length).toBeGreaterThan(30);
    const counts = collections.filter(({ json, xml }) => itemsOf(json).length === itemsOf(xml).length);
    expect(counts.length).toBeGreaterThanOrEqual(collections.length - 5);
  });
});
