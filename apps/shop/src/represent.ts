import type { Item, Page } from './item-store.ts';
import type { Property, PropertyKind, Resource } from './resource.ts';

const itemHref = (base: string, endpoint: string, id: string) => `${base}/${endpoint}/${encodeURIComponent(id)}`;

// The padding of base64 stays readable, as in the documented ids.
const readable = (href: string) => href.replaceAll('%3D', '=');

const textOf = ({ name }: Property, { number, fields }: Item) =>
  name === 'innerId' ? String(number) : (fields[name] ?? null);

type Writer = (property: Property, item: Item, base: string) => unknown;

const writers: Record<PropertyKind, Writer> = {
  text: textOf,
  required: textOf,
  kept: textOf,
  link: (property, item, base) => {
    const id = item.fields[property.name];
    return id == null ? null : { href: readable(itemHref(base, property.target ?? '', id)) };
  },
  links: ({ target = '' }, { id }, base) => ({ href: readable(`${base}/${target}=${encodeURIComponent(id)}`) }),
};

/** An item as the shop answers it. `base` is the API's own URL, without a slash at its end. */
export const representItem = (resource: Resource, item: Item, base: string): Record<string, unknown> => {
  const tree: Record<string, unknown> = { href: readable(itemHref(base, resource.endpoint, item.id)), id: item.id };
  for (const property of resource.properties.values())
    tree[property.name] = writers[property.kind](property, item, base);
  return tree;
};

export interface CollectionQuery {
  page: number;
  limit: number;
  full: boolean;
  /** Search parameters as given. */
  search: Readonly<Record<string, string>>;
}

/** A page of a collection, with links to the first, previous, next and last one. */
export const representPage = (resource: Resource, { items, total }: Page, query: CollectionQuery, base: string) => {
  const { page, limit, full, search } = query;
  const last = Math.max(0, Math.ceil(total / limit) - 1);
  const link = (number: number) => {
    const parameters = new URLSearchParams({
      page: String(number),
      limit: String(limit),
      ...(full && { full: '1' }),
      ...search,
    });
    return { href: `${base}/${resource.endpoint}?${parameters}` };
  };
  return {
    href: link(page).href,
    page,
    limit,
    first: link(0),
    previous: page > 0 ? link(page - 1) : null,
    next: page < last ? link(page + 1) : null,
    last: link(last),
    items: items.map((item) => {
      const tree = representItem(resource, item, base);
      return full ? tree : { href: tree.href };
    }),
  };
};
