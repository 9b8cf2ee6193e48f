import { isEmptyBody } from '@batchfeed/schemas';
import { ShopBatchError } from '@batchfeed/shop-batch-server';
import type { Fields, Item } from './item-store.ts';
import { type Property, type PropertyKind, type Resource, targetOf } from './resource.ts';

/** What a POST or PUT asks for, checked. */
export interface FieldsRead {
  fields: Fields;
  /** A new outer id, from the property `id`. */
  outerId: string | undefined;
  /** Items to create or change together with this one, by property. */
  nested: Map<Property, Record<string, unknown>[]>;
  /** Items to create or change before this one, which links to them, by property. */
  made: Map<Property, Record<string, unknown>>;
}

/** The item that a link leads to: `undefined` if there is none, `null` if the shop does not have such items at all. */
export type FindLinked = (target: string, id: string) => Item | undefined | null;

const maxOuterIdLength = 255;

const wrong = (why: string) => new ShopBatchError('wrongData', why);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text is kept as it is; numbers and booleans as the shop writes them; nothing in any form as nothing. */
const toText = (name: string, value: unknown): string | null => {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  if (Object.keys(value as object).length === 0) return null;
  throw wrong(`${name}: expected a text.`);
};

const linkedId = (name: string, value: unknown): string | null => {
  if (isEmptyBody(value)) return null;
  const given = isObject(value) ? (value.id === undefined ? value.href : value.id) : value;
  if (given === null || given === '') return null;
  if (typeof given !== 'string') throw wrong(`${name}: expected {id} or {href}.`);
  try {
    // An href ends in the id.
    return decodeURIComponent(given.slice(given.lastIndexOf('/') + 1));
  } catch (cause) {
    throw new ShopBatchError('wrongData', `${name}: not an id.`, { cause });
  }
};

const readLink = ({ name, target }: Property, value: unknown, find: FindLinked): string | null => {
  const id = linkedId(name, value);
  const item = id === null ? null : find(target, id);
  if (item === undefined) throw wrong(`${name}: no such item in ${target}.`);
  return item?.ownId ?? id;
};

const readNested = ({ name }: Property, value: unknown): Record<string, unknown>[] => {
  const list = Array.isArray(value) ? value : value === null || value === '' ? [] : [value];
  if (!list.every(isObject)) throw wrong(`${name}: expected objects.`);
  return list;
};

type Reader = (property: Property, value: unknown, find: FindLinked, read: FieldsRead) => void;

const readColumn =
  (columnOf: (property: Property, value: unknown, find: FindLinked) => string | null): Reader =>
  (property, value, find, { fields }) => {
    const text = columnOf(property, value, find);
    if (property.required && (text === null || text === '')) throw new ShopBatchError('requiredFields', property.name);
    fields[property.name] = text;
  };

/** Whether the object given for a link says more than which item it leads to. */
const saysMore = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && value.href === undefined && Object.keys(value).some((key) => key !== 'id');

const readers: Record<PropertyKind, Reader> = {
  text: readColumn(({ name }, value) => toText(name, value)),
  json: readColumn((_property, value) => (value === null ? null : JSON.stringify(value))),
  link: readColumn(readLink),
  made: (property, value, find, read) => {
    if (saysMore(value)) read.made.set(property, value);
    else readers.link({ ...property, target: targetOf(property).endpoint }, value, find, read);
  },
  links: () => {},
  reached: () => {},
  nested: (property, value, _find, { nested }) => {
    nested.set(property, readNested(property, value));
  },
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
export const readFields = (resource: Resource, data: Record<string, unknown>, find: FindLinked): FieldsRead => {
  const read: FieldsRead = { fields: {}, outerId: undefined, nested: new Map(), made: new Map() };
  for (const [name, value] of Object.entries(data)) {
    const property = resource.properties.get(name);
    if (name === 'id') read.outerId = checkedOuterId(value);
    else if (name === 'href' || property?.readOnly === true) throw new ShopBatchError('readOnlyFields', name);
    else if (property === undefined)
      throw wrong(`${resource.endpoint} has no property ${JSON.stringify(name.slice(0, 80))}.`);
    else readers[property.kind](property, value, find, read);
  }
  return read;
};

/** @throws {ShopBatchError} `requiredFields`, with the names of those left out */
export const requireAll = (resource: Resource, { fields, nested, made }: FieldsRead): void => {
  const missing = [...resource.properties.values()].filter(
    (property) => property.required && !(property.name in fields) && !nested.has(property) && !made.has(property),
  );
  if (missing.length > 0) throw new ShopBatchError('requiredFields', missing.map(({ name }) => name).join(', '));
};
