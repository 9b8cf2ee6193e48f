/**
 * One resource of the shop, read from a row of the tables in `resources/`.
 *
 * `properties` lists them in the order of the answers; marks behind a name say what it is:
 *
 *     name                          text, kept as it is given
 *     name!                         a creation must have it
 *     name-                         kept by the shop, read-only
 *     name~                         any JSON, kept as it is given
 *     name>customers                link to one item, given as {id} or {href}; `a|b` for one of several resources
 *     name@manufacturers.name       such a link shown whole; given as an object, that item is created, or changed if
 *                                   there is one with the same `name`
 *     name*addresses?customerId     link to the items of another resource that belong to this one, read-only
 *     name+addresses.customer       the same items, whole, and created or changed together with this one;
 *                                   `customer` is their link back
 *     name/relations.product.other  the items reached through others: at /ENDPOINT/ID/name, those that `other` of
 *                                   `relations` links to where `product` is this one, read-only
 *
 * `idForm` is the text that a generated id is base64 of: `category-category_id` goes with the item's own number, and
 * `couponDescription-coupon_id=coupon&language_id=language` with the numbers of the items it links to.
 */
export interface ResourceRow {
  endpoint: string;
  idForm: string;
  /** Scope without its `:read` or `:write`. */
  scope: string;
  properties: string;
  /** Methods, if not all four. */
  methods?: string;
  /** Parameters that a collection can be searched by; `parameter=property` where the names do not tell. */
  search?: string;
  /** Whose items these are, if not its own: an extended resource shows those of its plain one. */
  store?: string;
  /** Resources that share their numbers. */
  sequence?: string;
  /** Whether `emptyBody=1` is heeded; it is for all but products. */
  emptyBody?: boolean;
}

export type PropertyKind = 'text' | 'json' | 'link' | 'made' | 'links' | 'nested' | 'reached';

export interface Property {
  name: string;
  kind: PropertyKind;
  required: boolean;
  readOnly: boolean;
  /** What it links to, as written behind the mark. */
  target: string;
}

export interface Resource {
  endpoint: string;
  scope: string;
  store: string;
  methods: ReadonlySet<string>;
  properties: ReadonlyMap<string, Property>;
  /** Property searched, by parameter. */
  search: ReadonlyMap<string, string>;
  sequence: string | undefined;
  emptyBody: boolean;
  /** What stands before the keys in a generated id. */
  idName: string;
  /** Keys of a generated id; those without a link are the item's own number. */
  idKeys: readonly { key: string; link: string | undefined }[];
}

const kinds: Record<string, PropertyKind> = {
  '': 'text',
  '~': 'json',
  '>': 'link',
  '@': 'made',
  '*': 'links',
  '+': 'nested',
  '/': 'reached',
};

const stored: ReadonlySet<PropertyKind> = new Set(['text', 'json', 'link', 'made']);
const shopKept: ReadonlySet<PropertyKind> = new Set(['links', 'reached']);

const readProperty = (text: string): Property => {
  const match = /^(\w+)([!-]?)(?:([>@*+~/])(\S*))?$/.exec(text);
  if (match === null) throw new TypeError(`not a property: ${text}`);
  const [, name = '', need = '', mark = '', target = ''] = match;
  const kind = kinds[mark]!;
  return { name, kind, target, required: need === '!', readOnly: need === '-' || shopKept.has(kind) };
};

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

// `customerId` searches by the link `customer`.
const searchedProperty = (parameter: string, properties: ReadonlyMap<string, Property>) =>
  properties.has(parameter) ? parameter : parameter.replace(/Id$/, '');

/** Reads a row of the tables. */
export const readResource = (row: ResourceRow): Resource => {
  const properties = new Map(words(row.properties).map((text) => [readProperty(text).name, readProperty(text)]));
  const dash = row.idForm.indexOf('-');
  const search = words(row.search ?? '').map((text): [string, string] => {
    const [parameter = '', property = searchedProperty(parameter, properties)] = text.split('=');
    return [parameter, property];
  });
  return {
    endpoint: row.endpoint,
    scope: row.scope,
    store: row.store ?? row.endpoint,
    methods: new Set(words(row.methods ?? 'GET POST PUT DELETE')),
    properties,
    search: new Map(search),
    sequence: row.sequence,
    emptyBody: row.emptyBody ?? true,
    idName: row.idForm.slice(0, dash),
    idKeys: row.idForm
      .slice(dash + 1)
      .split('&')
      .map((key) => ({ key: key.split('=')[0]!, link: key.split('=')[1] })),
  };
};

type IdForm = Pick<Resource, 'idName' | 'idKeys'>;

/** Whether generated ids of this resource are made of the numbers of the items it links to. */
export const isComposite = ({ idKeys }: IdForm): boolean => idKeys.some(({ link }) => link !== undefined);

/** Whether the item's own number is part of its composite id, which is then known only once the item exists. */
export const needsOwnNumber = (form: IdForm): boolean =>
  isComposite(form) && form.idKeys.some(({ link }) => link === undefined);

/** The generated id made of these numbers, in the order of the keys. */
export const generatedId = ({ idName, idKeys }: IdForm, numbers: readonly number[]): string =>
  Buffer.from(`${idName}-${idKeys.map(({ key }, index) => `${key}=${numbers[index]}`).join('&')}`).toString('base64');

const decoded = (id: string) => Buffer.from(id, 'base64').toString('latin1');

/** The numbers of a composite id with the item's own number in its place. */
export const withOwnNumber = ({ idKeys }: IdForm, linkedNumbers: readonly number[], own: number): number[] =>
  idKeys.map(({ link }, index) => (link === undefined ? own : linkedNumbers[index]!));

/** Whether a text has the form of this resource's generated ids, so that it cannot be an outer id. */
export const hasOwnForm = ({ idName, idKeys }: IdForm, id: string): boolean =>
  decoded(id).startsWith(`${idName}-${idKeys[0]!.key}=`);

/** The number inside a simple generated id of this resource; `undefined` for any other text. */
export const numberInId = (form: IdForm, id: string): number | undefined => {
  if (isComposite(form) || !hasOwnForm(form, id)) return undefined;
  const digits = decoded(id).slice(`${form.idName}-${form.idKeys[0]!.key}=`.length);
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : undefined;
};

/** Whether a property is a column of the resource's table. */
export const isStored = ({ kind, name }: Property): boolean => stored.has(kind) && name !== 'innerId';

/** Endpoint and property that a mark names, such as `manufacturers.name`. */
export const targetOf = ({ target }: Property): { endpoint: string; name: string; further: string } => {
  const [endpoint = '', name = '', further = ''] = target.split('.');
  return { endpoint, name, further };
};
