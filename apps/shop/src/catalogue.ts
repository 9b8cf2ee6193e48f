import { ShopBatchError } from '@batchfeed/shop-batch-server';
import type Database from 'better-sqlite3';
import type { CommitGroup } from './commit-group.ts';
import { storeShapes } from './database-tables.ts';
import { type Fields, type Item, ItemStore, type ItemWrite, type Page } from './item-store.ts';
import { type FieldsRead, type FindLinked, readFields, requireAll } from './read-fields.ts';
import { hasOwnForm, type Property, type Resource, targetOf } from './resource.ts';

/**
 * The shop's items, across resources: finding, creating and changing them with their links, their ids and the items
 * nested in them. A write with nested items is carried out whole or not at all.
 */
export class Catalogue {
  readonly #stores: ReadonlyMap<string, ItemStore>;

  /** @param database whose tables exist; see `createTables` */
  constructor(
    readonly resources: ReadonlyMap<string, Resource>,
    database: Database.Database,
    private readonly commits: CommitGroup,
  ) {
    const shapes = storeShapes(resources.values());
    this.#stores = new Map(shapes.map((shape) => [shape.name, new ItemStore(shape, database, commits)]));
  }

  store({ store }: Pick<Resource, 'store'>): ItemStore {
    return this.#stores.get(store)!;
  }

  /** The item a link leads to; see {@link FindLinked}. */
  readonly findLinked: FindLinked = (target, id) => {
    const stores = target.split('|').map((name) => this.#stores.get(name));
    if (stores.every((store) => store === undefined)) return null;
    for (const store of stores) {
      const item = store?.find(id);
      if (item !== undefined) return item;
    }
    return undefined;
  };

  /** Creates an item from the `data` of a request. */
  create(resource: Resource, data: Record<string, unknown>, outerIdInPath?: string): Item {
    const read = readFields(resource, data, this.findLinked);
    requireAll(resource, read);
    return this.#create(resource, { ...read, outerId: read.outerId ?? outerIdInPath });
  }

  /** Changes an item as the `data` of a request says. */
  update(resource: Resource, item: Item, data: Record<string, unknown>): Item {
    return this.#update(resource, item, readFields(resource, data, this.findLinked));
  }

  /** The nested items of a property, oldest first. */
  nestedIn(property: Property, item: Item): { resource: Resource; items: Item[] } {
    const { resource, link } = this.#nesting(property);
    const conditions = [{ column: link, operator: '=' as const, value: item.ownId }];
    return { resource, items: this.store(resource).list(conditions, 0, -1).items };
  }

  /** A page of the items that a property reaches through others, and whose items they are. */
  reachedFrom(property: Property, item: Item, page: number, limit: number): { resource: Resource; page: Page } {
    const { endpoint, name: back, further: forth } = targetOf(property);
    const between = this.resources.get(endpoint)!;
    const target = between.properties.get(forth)!.target;
    const found = this.store(between).list([{ column: back, operator: '=', value: item.ownId }], page, limit);
    // A relation may outlive the item it leads to.
    const items = found.items.flatMap(({ fields }) => this.findLinked(target, fields[forth] ?? '') ?? []);
    return { resource: this.resources.get(target)!, page: { items, total: found.total } };
  }

  #create(resource: Resource, read: FieldsRead): Item {
    return this.#whole(() => {
      this.#refuseTaken(resource, read.outerId);
      this.#writeMade(read);
      const item = this.store(resource).create(this.#write(resource, read, {}));
      this.#writeNested(read, item);
      return item;
    });
  }

  #update(resource: Resource, item: Item, read: FieldsRead): Item {
    return this.#whole(() => {
      const outerId = read.outerId === item.id ? undefined : read.outerId;
      this.#refuseTaken(resource, outerId);
      this.#writeMade(read);
      const changed = this.store(resource).update(item, this.#write(resource, { ...read, outerId }, item.fields));
      this.#writeNested(read, changed);
      return changed;
    });
  }

  /** Creates or changes the items that this one is going to link to, before it does. */
  #writeMade({ made, fields }: FieldsRead): void {
    for (const [property, data] of made) {
      const { endpoint, name } = targetOf(property);
      const resource = this.resources.get(endpoint)!;
      const read = readFields(resource, data, this.findLinked);
      const existing = this.#existing(resource, read) ?? this.#named(resource, name, read.fields[name]);
      if (existing === undefined) requireAll(resource, read);
      const item = existing === undefined ? this.#create(resource, read) : this.#update(resource, existing, read);
      fields[property.name] = item.ownId;
    }
  }

  #named(resource: Resource, name: string, value: string | null | undefined): Item | undefined {
    if (value == null) return undefined;
    return this.store(resource).list([{ column: name, operator: '=', value }], 0, 1).items[0];
  }

  #writeNested({ nested }: FieldsRead, parent: Item): void {
    for (const [property, list] of nested) {
      const { resource, link } = this.#nesting(property);
      for (const data of list) {
        const { [link]: _given, ...rest } = data;
        const read = readFields(resource, { ...rest, [link]: { id: parent.ownId } }, this.findLinked);
        const existing = this.#existing(resource, read);
        if (existing !== undefined) this.#update(resource, existing, read);
        else {
          requireAll(resource, read);
          this.#create(resource, read);
        }
      }
    }
  }

  /** The item that nested data means: by its id, or by what it links to where that is its id. */
  #existing(resource: Resource, read: FieldsRead): Item | undefined {
    const store = this.store(resource);
    if (read.outerId !== undefined) return store.find(read.outerId);
    const own = store.ownId(this.#linkedNumbers(resource, read.fields));
    return own === undefined ? undefined : store.find(own);
  }

  #write(resource: Resource, { fields, outerId }: FieldsRead, before: Fields): ItemWrite {
    const linkedNumbers = this.#linkedNumbers(resource, { ...before, ...fields });
    const own = this.store(resource).ownId(linkedNumbers);
    const changesOwn = own !== undefined && own !== this.store(resource).ownId(this.#linkedNumbers(resource, before));
    if (changesOwn && this.store(resource).find(own) !== undefined) throw new ShopBatchError('resourceExists');
    return { outerId, fields, linkedNumbers };
  }

  #linkedNumbers(resource: Resource, fields: Fields): number[] {
    return resource.idKeys.map(({ link }) => {
      const id = link === undefined ? null : fields[link];
      const target = link === undefined ? undefined : resource.properties.get(link)?.target;
      return id == null || target === undefined ? 0 : (this.findLinked(target, id)?.number ?? 0);
    });
  }

  #refuseTaken(resource: Resource, outerId: string | undefined): void {
    if (outerId === undefined) return;
    if (hasOwnForm(resource, outerId))
      throw new ShopBatchError('wrongId', 'id: it looks like an id of the shop itself.');
    if (this.store(resource).find(outerId) !== undefined) throw new ShopBatchError('resourceExists', 'id');
  }

  #nesting(property: Property): { resource: Resource; link: string } {
    const { endpoint, name } = targetOf(property);
    return { resource: this.resources.get(endpoint)!, link: name };
  }

  #whole<T>(change: () => T): T {
    return this.commits.write(change);
  }
}
