import type { Catalogue } from './catalogue.ts';
import type { Fields } from './item-store.ts';
import { generatedId } from './resource.ts';

/**
 * What a new shop starts with: the items of resources that can only be read, so that others have something to link to.
 * `@languages` stands for the first language, and so on.
 */
const seeds: Record<string, Fields[]> = {
  languages: [
    { name: 'Magyar', code: 'hu', locale: 'hu_HU', sortOrder: '1', status: '1' },
    { name: 'English', code: 'en', locale: 'en_GB', sortOrder: '2', status: '1' },
  ],
  currencies: [
    { name: 'Forint', code: 'HUF', symbolRight: 'Ft', decimalPlace: '0', value: '1', status: '1' },
    { name: 'Euro', code: 'EUR', symbolLeft: '€', decimalPlace: '2', value: '0.0025', status: '1' },
  ],
  countries: [
    { name: 'Magyarország', isoCode2: 'HU', isoCode3: 'HUN', status: '1' },
    { name: 'Österreich', isoCode2: 'AT', isoCode3: 'AUT', status: '1' },
    { name: 'Slovensko', isoCode2: 'SK', isoCode3: 'SVK', status: '1' },
  ],
  zones: [{ name: 'Budapest', code: 'BU', status: '1', country: '@countries' }],
  geoZones: [{ name: 'Magyarország' }],
  lengthClasses: [{ value: '1' }],
  weightClasses: [{ value: '1' }],
  stockStatuses: [{}, {}],
  orderStatuses: [{}, {}],
  taxClasses: [{ name: '27%' }],
  taxRates: [{ priority: '1', rate: '27', taxClass: '@taxClasses', geoZone: '@geoZones' }],
  paymentModes: [{ status: '1', sortOrder: '1', geoZone: '@geoZones', orderStatus: '@orderStatuses' }],
};

/** Puts the seed items into the resources that have none. */
export const seedItems = (catalogue: Catalogue): void => {
  const linked = (value: string | null) => {
    const target = value?.startsWith('@') ? catalogue.resources.get(value.slice(1)) : undefined;
    return target === undefined ? value : generatedId(target, [1]);
  };
  for (const [endpoint, items] of Object.entries(seeds)) {
    const store = catalogue.store(catalogue.resources.get(endpoint)!);
    if (store.list([], 0, 1).total > 0) continue;
    for (const item of items) {
      const fields = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, linked(value)]));
      store.seed(fields);
    }
  }
};
