/**
 * One resource of the shop, read from a row of the table in `resources.ts`.
 *
 * The text of `properties` lists them in the order of the answers; a mark behind a name says what it is:
 *
 *     name              text, kept as it is given
 *     name!             text that a creation must have
 *     name-             kept by the shop, read-only
 *     name>customers    link to one item of `customers`, given as {id} or {href}
 *     name*addresses?customerId   link to the items of `addresses` that belong to this item, read-only
 */
export interface ResourceRow {
  endpoint: string;
  /** What stands before the number in a generated id: `category-category_id` in base64 of `category-category_id=18`. */
  idForm: string;
  /** Scope without its `:read` or `:write`. */
  scope: string;
  properties: string;
  /** Properties that a collection can be searched by. */
  search?: string;
  /** Whether `emptyBody=1` is heeded; it is for all but products. */
  emptyBody?: boolean;
}

export type PropertyKind = 'text' | 'required' | 'kept' | 'link' | 'links';

export interface Property {
  name: string;
  kind: PropertyKind;
  /** The endpoint linked to, with the query parameter of `links`. */
  target: string | undefined;
  /** Whether the value is stored in a column of that name; `innerId` and `links` are derived. */
  stored: boolean;
}

export interface Resource extends Omit<ResourceRow, 'properties' | 'search'> {
  properties: ReadonlyMap<string, Property>;
  search: ReadonlySet<string>;
  emptyBody: boolean;
}

const kinds: Record<string, PropertyKind> = { '': 'text', '!': 'required', '-': 'kept', '>': 'link', '*': 'links' };

const readProperty = (text: string): Property => {
  const match = /^(\w+)([!\-*>]?)(.*)$/.exec(text);
  if (match === null) throw new TypeError(`not a property: ${text}`);
  const [, name = '', mark = '', target = ''] = match;
  const kind = kinds[mark]!;
  return { name, kind, target: target === '' ? undefined : target, stored: kind !== 'links' && name !== 'innerId' };
};

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

/** Reads a row of the table. */
export const readResource = (row: ResourceRow): Resource => ({
  ...row,
  properties: new Map(words(row.properties).map((text) => [readProperty(text).name, readProperty(text)])),
  search: new Set(words(row.search ?? '')),
  emptyBody: row.emptyBody ?? true,
});

/** The id that the shop gives an item created without an outer id. */
export const generatedId = ({ idForm }: Pick<Resource, 'idForm'>, number: number | bigint): string =>
  Buffer.from(`${idForm}=${number}`).toString('base64');

/** The number inside a generated id of this resource; `undefined` for any other text. */
export const numberInId = ({ idForm }: Pick<Resource, 'idForm'>, id: string): number | undefined => {
  const text = Buffer.from(id, 'base64').toString('latin1');
  const digits = text.startsWith(`${idForm}=`) ? text.slice(idForm.length + 1) : '';
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : undefined;
};
