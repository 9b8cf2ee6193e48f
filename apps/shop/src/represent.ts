import type { Catalogue } from './catalogue.ts';
import type { Item, Page } from './item-store.ts';
import type { Property, PropertyKind, Resource } from './resource.ts';

// The padding of base64 stays readable, as in the documented ids.
const segment = (id: string) => encodeURIComponent(id).replaceAll('%3D', '=');

/** Where an answer is made: from which items, under which URL (without a slash at its end). */
export interface Context {
  catalogue: Catalogue;
  base: string;
}

type Writer = (property: Property, item: Item, context: Context) => unknown;

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
  links: ({ target }, { id }, { base }) => ({ href: `${base}/${target}=${segment(id)}` }),
  nested: (property, item, context) => {
    const { resource, items } = context.catalogue.nestedIn(property, item);
    return items.map((one) => representItem(resource, one, context));
  },
};

/** An item as the shop answers it. */
export const representItem = (resource: Resource, item: Item, context: Context): Record<string, unknown> => {
  const tree: Record<string, unknown> = { href: itemHref(resource, item, context), id: item.id };
  for (const property of resource.properties.values())
    tree[property.name] = writers[property.kind](property, item, context);
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

/** A page of a collection, with links to the first, previous, next and last one. */
export const representPage = (resource: Resource, { items, total }: Page, query: CollectionQuery, context: Context) => {
  const { page, limit, full, search } = query;
  const last = Math.max(0, Math.ceil(total / limit) - 1);
  const link = (number: number) => {
    const shown = { page: String(number), limit: String(limit), ...(full && { full: '1' }), ...search };
    return { href: `${context.base}/${resource.endpoint}?${new URLSearchParams(shown)}` };
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
