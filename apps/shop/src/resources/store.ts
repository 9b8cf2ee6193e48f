import type { ResourceRow } from '../resource.ts';

/** Payment, shipping and the shop itself. */
export const storeResources: ResourceRow[] = [
  {
    endpoint: 'domains',
    idForm: 'domain-domain_id',
    scope: 'store.domain',
    properties: 'url- primary- language->languages',
    methods: 'GET',
  },
  {
    endpoint: 'paymentModes',
    idForm: 'paymentMode-extension_id',
    scope: 'payment.paymentMethod',
    properties: 'innerId- status- sortOrder- geoZone->geoZones orderStatus->orderStatuses paymentDescriptions~',
    methods: 'GET',
  },
  {
    endpoint: 'scriptTags',
    idForm: 'scriptTag-id',
    scope: 'store.scriptTag',
    properties: 'event src! displayScope displayArea dateCreated- dateUpdated-',
  },
  {
    endpoint: 'settings',
    idForm: 'setting-setting_id',
    scope: 'store.setting',
    properties: 'group key value',
    methods: 'GET',
    search: 'group key',
  },
  {
    endpoint: 'shippingLanes',
    idForm: 'shippingLane-id',
    scope: 'shipping.shippingMethod',
    properties: `innerId- cartMinimumGross cartMaximumGross costNet weightMinimum weightMaximum
      shippingMode>shippingModes`,
    search: 'shippingModeId',
  },
  {
    endpoint: 'shippingModeDescriptions',
    idForm: 'shippingModeDescription-id=shippingMode&language_id=language',
    scope: 'shipping.shippingMethod',
    properties: 'name description language!>languages shippingMode!>shippingModes',
  },
  {
    endpoint: 'shippingModeExtend',
    idForm: 'shippingMode-id',
    scope: 'shipping.shippingMethod',
    properties: `innerId- sortOrder enabled costCalculationBy freeShippingFrom shippingType extension-
      taxClass>taxClasses geoZone>geoZones
      shippingModeDescriptions+shippingModeDescriptions.shippingMode
      shippingLanes+shippingLanes.shippingMode`,
    search: 'innerId',
    store: 'shippingModes',
  },
  {
    endpoint: 'urlAliases',
    idForm: 'urlAlias-url_alias_id',
    scope: 'store.urlAlias',
    properties: `type- urlAliasEntity!>products|categories|manufacturers|informations|cmsContents urlAlias!
      language>languages`,
    search: 'type productId=urlAliasEntity categoryId=urlAliasEntity manufacturerId=urlAliasEntity urlAlias',
  },
  {
    endpoint: 'webhooks',
    idForm: 'webHook-id',
    scope: 'store.webhook',
    properties: 'label! event! status! webHookParameters~ webHookDelay~',
  },
];
