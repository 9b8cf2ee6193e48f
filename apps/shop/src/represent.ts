import type { Catalogue } from './catalogue.ts';
import type { Item, Page } from './item-store.ts';
import { type Property, type PropertyKind, type Resource, targetOf } from './resource.ts';

// The padding of base64 stays readable, as in the documented ids.
const segment = (id: string) => encodeURIComponent(id).replaceAll('%3D', '=');

/** Where an answer is made: from which items, under which URL (without a slash at its end). */
export interface Context {
  catalogue: Catalogue;
  base: string;
}

type Writer = (property: Property, item: Item, context: Context, resource: Resource) => unknown;

const writers: Record<PropertyKind, Writer> = {
  text: ({ name }, { number, fields }) => (name === 'innerId' ? String(number) : (fields[name] ?? null)),
  json: ({ name }, { fields }) => (fields[name] == null ? null : JSON.parse(fields[name])),
  link: ({ name, target }, { fields }, { catalogue, base }) => {
    const id = fields[name];
    if (id == null) return null;
    // The first of several resources where the item is gone, or never was ours.
    const endpoint = target.split('|').find((one) => catalogue.findLinked(one, id)) ?? target.split('|')[0]!;
    return { href: `${base}/${endpoint}/${segment(catalogue.findLinked(endpoint, id)?.id ?? id)}` };
  },
  made: (property, item, context, resource) => {
    const { endpoint } = targetOf(property);
    const linked = context.catalogue.findLinked(endpoint, item.fields[property.name] ?? '');
    if (!linked) return writers.link({ ...property, target: endpoint }, item, context, resource);
    return representItem(context.catalogue.resources.get(endpoint)!, linked, context);
  },
  links: ({ target }, { id }, { base }) => ({ href: `${base}/${target}=${segment(id)}` }),
  nested: (property, item, context) => {
    const { resource, items } = context.catalogue.nestedIn(property, item);
    return items.map((one) => representItem(resource, one, context));
  },
  reached: (property, item, context, resource) => ({ href: reachedHref(resource, item, property, context) }),
};

/** An item as the shop answers it. */
export const representItem = (resource: Resource, item: Item, context: Context): Record<string, unknown> => {
  const tree: Record<string, unknown> = { href: itemHref(resource, item, context), id: item.id };
  for (const property of resource.properties.values())
    tree[property.name] = writers[property.kind](property, item, context, resource);
  return tree;
};

const itemHref = ({ endpoint }: Resource, { id }: Item, { base }: Context) => `${base}/${endpoint}/${segment(id)}`;

export interface CollectionQuery {
  page: number;
  limit: number;
  full: boolean;
  /** Search parameters as given. */
  search: Readonly<Record<string, string>>;
}

/** The address of the items that a property reaches from an item. */
export const reachedHref = (resource: Resource, item: Item, { name }: Property, context: Context): string =>
  `${itemHref(resource, item, context)}/${name}`;

/** A page of a collection, with links to the first, previous, next and last one. `address`: its own, without query. */
export const representPage = (
  resource: Resource,
  { items, total }: Page,
  query: CollectionQuery,
  context: Context,
  address = `${context.base}/${resource.endpoint}`,
) => {
  const { page, limit, full, search } = query;
  const last = Math.max(0, Math.ceil(total / limit) - 1);
  const link = (number: number) => {
    const shown = { page: String(number), limit: String(limit), ...(full && { full: '1' }), ...search };
    return { href: `${address}?${new URLSearchParams(shown)}` };
  };
  return {
    href: link(page).href,
    page,
    limit,
    first: link(0),
    previous: page > 0 ? link(page - 1) : null,
    next: page < last ? link(page + 1) : null,
    last: link(last),
    items: items.map((item) =>
      full ? representItem(resource, item, context) : { href: itemHref(resource, item, context) },
    ),
  };
};
