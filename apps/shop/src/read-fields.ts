import { ShopBatchError } from '@batchfeed/shop-batch-server';
import type { Fields } from './item-store.ts';
import type { Property, PropertyKind, Resource } from './resource.ts';

/** What a POST or PUT asks for, checked. */
export interface Write {
  fields: Fields;
  /** A new outer id, from the property `id`. */
  outerId: string | undefined;
}

/** Whether an item of that endpoint exists; `undefined` for an endpoint that the shop does not have. */
export type Exists = (endpoint: string, id: string) => boolean | undefined;

const maxOuterIdLength = 255;

const wrong = (why: string) => new ShopBatchError('wrongData', why);

/** Text is kept as it is; numbers and booleans as the shop writes them. */
const toText = (name: string, value: unknown): string | null => {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  throw wrong(`${name}: expected a text.`);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const linkedId = (name: string, value: unknown): string | null => {
  const given = isObject(value) ? (value.id ?? value.href ?? null) : value;
  if (given === null || given === '' || (Array.isArray(given) && given.length === 0)) return null;
  if (typeof given !== 'string') throw wrong(`${name}: expected {id} or {href}.`);
  // An href ends in the id.
  return decodeURIComponent(given.slice(given.lastIndexOf('/') + 1));
};

type Reader = (property: Property, value: unknown, exists: Exists) => string | null;

const readOnly: Reader = ({ name }) => {
  throw new ShopBatchError('readOnlyFields', name);
};

const readers: Record<PropertyKind, Reader> = {
  text: ({ name }, value) => toText(name, value),
  required: ({ name }, value) => {
    const text = toText(name, value);
    if (text === null || text === '') throw new ShopBatchError('requiredFields', name);
    return text;
  },
  link: ({ name, target = '' }, value, exists) => {
    const id = linkedId(name, value);
    if (id !== null && exists(target, id) === false) throw wrong(`${name}: no such item in ${target}.`);
    return id;
  },
  kept: readOnly,
  links: readOnly,
};

// What could not be a path segment of a later request.
const notInPath = /[/\\\p{Cc}]|^\.{1,2}$/u;

/** Checks an outer id, from the URI or from the property `id`. */
export const checkedOuterId = (id: unknown): string => {
  if (typeof id !== 'string' || id === '' || id.length > maxOuterIdLength || notInPath.test(id)) {
    throw wrong(`id: expected a text of 1 to ${maxOuterIdLength} characters, without slashes.`);
  }
  return id;
};

/**
 * Checks the `data` of a POST or PUT against the resource.
 *
 * @throws {ShopBatchError} `wrongData` (unknown property, wrong type, unknown link), `readOnlyFields`, `requiredFields`
 * (a required one given empty); see {@link requireAll} for those left out
 */
export const readFields = (resource: Resource, data: Record<string, unknown>, exists: Exists): Write => {
  const fields: Fields = {};
  let outerId: string | undefined;
  for (const [name, value] of Object.entries(data)) {
    const property = resource.properties.get(name);
    if (name === 'id') outerId = checkedOuterId(value);
    else if (name === 'href') throw new ShopBatchError('readOnlyFields', 'href');
    else if (property === undefined)
      throw wrong(`${resource.endpoint} has no property ${JSON.stringify(name.slice(0, 80))}.`);
    else fields[name] = readers[property.kind](property, value, exists);
  }
  return { fields, outerId };
};

/** @throws {ShopBatchError} `requiredFields`, with the names of those left out */
export const requireAll = (resource: Resource, fields: Fields): void => {
  const missing = [...resource.properties.values()].filter(
    ({ kind, name }) => kind === 'required' && !(name in fields),
  );
  if (missing.length > 0) throw new ShopBatchError('requiredFields', missing.map(({ name }) => name).join(', '));
};
