import type { ResourceRow } from '../resource.ts';

/** Orders. */
export const ordersResources: ResourceRow[] = [
  {
    endpoint: 'orders',
    idForm: 'order-order_id',
    scope: 'order.order',
    properties: `innerId- invoiceId invoicePrefix firstname lastname phone fax email shippingFirstname
      shippingLastname shippingCompany shippingAddress1 shippingAddress2 shippingCity
      shippingPostcode shippingCountryName shippingZoneName shippingAddressFormat
      shippingMethodName shippingMethodLocalizedName- shippingMethodTaxRate shippingMethodTaxName
      shippingMethodExtension shippingReceivingPointId paymentFirstname paymentLastname
      paymentCompany paymentAddress1 paymentAddress2 paymentCity paymentPostcode
      paymentCountryName paymentZoneName paymentAddressFormat paymentMethodName paymentMethodCode
      paymentMethodTaxRate paymentMethodTaxName paymentMethodAfter taxNumber comment total value
      couponTaxRate dateCreated dateUpdated ip pickPackPontShopCode customer>customers
      customerGroup>customerGroups shippingCountry>countries shippingZone>zones
      paymentCountry>countries paymentZone>zones orderStatus>orderStatuses language>languages
      currency>currencies shippingMode>shippingModes orderTotals*orderTotals?orderId
      orderProducts*orderProducts?orderId orderProductAddons*orderProductAddons?orderId
      externalInfo~`,
    methods: 'GET POST PUT',
    search: 'innerId orderStatusId email createdAtMin createdAtMax updatedAtMin updatedAtMax externalInfo',
  },
  {
    endpoint: 'orderCreditCards',
    idForm: 'orderCreditCard-id',
    scope: 'order.order',
    properties: 'innerId- transactionId- date- licenceNumber- bankResponseCode- bankResponse- order->orders',
    methods: 'GET',
  },
  {
    endpoint: 'orderExtend',
    idForm: 'order-order_id',
    scope: 'order.order',
    properties: `innerId- invoiceId- invoicePrefix- firstname- lastname- phone- fax- email-
      shippingFirstname- shippingLastname- shippingCompany- shippingAddress1- shippingAddress2-
      shippingCity- shippingPostcode- shippingCountryName- shippingZoneName-
      shippingAddressFormat- shippingMethodName shippingMethodLocalizedName-
      shippingMethodTaxRate- shippingMethodTaxName- shippingMethodExtension-
      shippingReceivingPointId- paymentFirstname- paymentLastname- paymentCompany-
      paymentAddress1- paymentAddress2- paymentCity- paymentPostcode- paymentCountryName-
      paymentZoneName- paymentAddressFormat- paymentMethodName- paymentMethodCode-
      paymentMethodTaxRate- paymentMethodTaxName- paymentMethodAfter- taxNumber- comment- total-
      value- couponTaxRate- dateCreated- dateUpdated- ip- pickPackPontShopCode-
      customer->customers customerGroup->customerGroups shippingCountry->countries
      shippingZone->zones paymentCountry->countries paymentZone->zones orderStatus->orderStatuses
      language->languages currency->currencies shippingMode->shippingModes coupon->coupons
      orderTotals+orderTotals.order orderProducts+orderProducts.order
      orderProductAddons+orderProductAddons.order externalInfo~
      orderCreditCards+orderCreditCards.order`,
    methods: 'GET',
    search: 'innerId orderStatusId email createdAtMin createdAtMax updatedAtMin updatedAtMax externalInfo',
    store: 'orders',
  },
  {
    endpoint: 'orderHistories',
    idForm: 'orderHistory-order_history_id',
    scope: 'order.order',
    properties: 'innerId- comment- dateAdded- order->orders orderStatus->orderStatuses',
    methods: 'GET',
    search: 'orderId',
  },
  {
    endpoint: 'orderInvoices',
    idForm: 'orderInvoice-id',
    scope: 'order.order',
    properties: 'invoiceId! invoicePath! invoiceType! order!>orders dateCreated- dateUpdated-',
  },
  {
    endpoint: 'orderProducts',
    idForm: 'orderProduct-order_product_id',
    scope: 'order.order',
    properties: `innerId- name sku productInnerId- modelNumber originalPrice price total taxRate stock1
      stock2 stock3 stock4 subtractStock dateCreated- dateUpdated- width height length weight
      parentProduct- gtin durableMediaDevice order>orders product>products
      orderProductOptions*orderProductOptions?orderProductId grossPrice- originalGrossPrice-
      originalPriceCurrency- priceCurrency- grossPriceCurrency- originalGrossPriceCurrency-`,
    search: 'orderId',
  },
  {
    endpoint: 'orderProductAddons',
    idForm: 'orderProductAddon-order_product_addon_id',
    scope: 'order.order',
    properties: `innerId- orderInnerId productInnerId productAddonInnerId name! sku! price! quantity! total! taxRate type dateCreated- dateModified-
      order>orders product>products productAddon>productAddons taxClass>taxClasses`,
    search: 'orderId',
  },
  {
    endpoint: 'orderProductOptions',
    idForm: 'orderProductOption-order_option_id',
    scope: 'order.order',
    properties: `name! valueName! price! prefix! orderProduct!>orderProducts
      productOptionValue!>productOptionValues`,
    search: 'orderProductId productOptionValueId name valueName',
  },
  {
    endpoint: 'orderStatuses',
    idForm: 'orderStatus-order_status_id',
    scope: 'order.status',
    properties: 'innerId- orderStatusDescriptions*orderStatusDescriptions?orderStatusId',
    methods: 'GET',
  },
  {
    endpoint: 'orderStatusDescriptions',
    idForm: 'orderStatusDescription-order_status_id=orderStatus&language_id=language',
    scope: 'order.status',
    properties: 'name color orderStatus>orderStatuses language>languages',
    methods: 'GET',
    search: 'orderStatusId languageId',
  },
  {
    endpoint: 'orderTotals',
    idForm: 'orderTotal-order_total_id',
    scope: 'order.order',
    properties: 'name valueText value sortOrder type key description dateCreated- dateUpdated- order>orders',
    search: 'orderId',
  },
];
