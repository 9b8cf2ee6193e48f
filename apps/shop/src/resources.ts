import { type Resource, readResource } from './resource.ts';
import { attributesResources } from './resources/attributes.ts';
import { cmsResources } from './resources/cms.ts';
import { customersResources } from './resources/customers.ts';
import { localizationResources } from './resources/localization.ts';
import { marketingResources } from './resources/marketing.ts';
import { ordersResources } from './resources/orders.ts';
import { productRelationsResources } from './resources/product-relations.ts';
import { productsResources } from './resources/products.ts';
import { storeResources } from './resources/store.ts';

const rows = [
  ...customersResources,
  ...productsResources,
  ...productRelationsResources,
  ...attributesResources,
  ...ordersResources,
  ...cmsResources,
  ...marketingResources,
  ...storeResources,
  ...localizationResources,
];

/** Every resource, by endpoint. A row is all it takes to add one: table, routes, validation and answers follow from it. */
export const resources: ReadonlyMap<string, Resource> = new Map(rows.map((row) => [row.endpoint, readResource(row)]));
