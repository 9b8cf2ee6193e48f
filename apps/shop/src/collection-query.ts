import { shopLimits } from '@batchfeed/schemas';
import { ShopBatchError } from '@batchfeed/shop-batch-server';
import type { Condition } from './item-store.ts';
import type { FindLinked } from './read-fields.ts';
import type { CollectionQuery } from './represent.ts';
import type { Resource } from './resource.ts';

const defaultLimit = 25;

const wholeNumber = (name: string, value: string, smallest: number, largest: number): number => {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= smallest && number <= largest) return number;
  throw new ShopBatchError('wrongData', `${name}: expected a whole number from ${smallest} to ${largest}.`);
};

// Reads one parameter into the query; every other one must be a search parameter of the resource.
const parameters: Record<string, (query: CollectionQuery, value: string) => void> = {
  page: (query, value) => {
    query.page = wholeNumber('page', value, 0, 999_999_999);
  },
  limit: (query, value) => {
    query.limit = wholeNumber('limit', value, 1, shopLimits.maxCollectionLimit);
  },
  full: (query, value) => {
    query.full = value === '1';
  },
};

/**
 * Reads the query of a collection.
 *
 * @throws {ShopBatchError} `wrongData`, or `unknownParameter` with the name
 */
export const readCollectionQuery = (
  resource: Resource,
  given: Readonly<Record<string, string | string[] | undefined>>,
): CollectionQuery => {
  const search: Record<string, string> = {};
  const query: CollectionQuery = { page: 0, limit: defaultLimit, full: false, search };
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string') throw new ShopBatchError('wrongData', `${name}: given more than once.`);
    if (Object.hasOwn(parameters, name)) parameters[name]!(query, value);
    else if (resource.search.has(name)) search[name] = value;
    else throw new ShopBatchError('unknownParameter', name);
  }
  return query;
};

const dates = { created: 'dateCreated', updated: 'dateUpdated' } as const;
const comparisons: Record<string, Condition['operator']> = { AtMin: '>=', After: '>', AtMax: '<=', Before: '<' };

const comparison = (parameter: string): Omit<Condition, 'value'> | undefined => {
  const [, date, end] = /^(created|updated)(AtMin|After|AtMax|Before)$/.exec(parameter) ?? [];
  return date && end ? { column: dates[date as 'created' | 'updated'], operator: comparisons[end]! } : undefined;
};

/** The search of a query as conditions on columns. A link to nothing is met by no item. */
export const conditionsOf = (resource: Resource, search: CollectionQuery['search'], find: FindLinked): Condition[] =>
  Object.entries(search).map(([parameter, value]): Condition => {
    const compared = comparison(parameter);
    if (compared !== undefined) return { ...compared, value };
    const name = resource.search.get(parameter)!;
    const property = resource.properties.get(name);
    if (name === 'innerId') return { column: 'number', operator: '=', value };
    if (property?.kind !== 'link') return { column: name, operator: '=', value };
    return { column: name, operator: '=', value: find(property.target, value)?.ownId ?? value };
  });
