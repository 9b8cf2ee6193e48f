import type { ResourceRow } from '../resource.ts';

/** Customers and newsletter subscribers. */
export const customersResources: ResourceRow[] = [
  {
    endpoint: 'addresses',
    idForm: 'address-address_id',
    scope: 'customer.customer',
    properties: `innerId- company firstname! lastname! taxNumber type address1! address2 postcode! city!
      dateCreated- dateUpdated- telephone customer!>customers country!>countries zone>zones`,
    search: 'innerId customerId',
  },
  {
    endpoint: 'customers',
    idForm: 'customer-customer_id',
    scope: 'customer.customer',
    properties: `innerId- firstname! lastname! email! telephone! fax password! newsletter status approved
      freeShipping dateCreated- dateUpdated- defaultAddress>addresses customerGroup>customerGroups
      addresses*addresses?customerId loyaltyPoints*loyaltyPoints?customerId`,
    search: 'innerId email createdAtMin createdAtMax updatedAtMin updatedAtMax',
  },
  {
    endpoint: 'customerExtend',
    idForm: 'customer-customer_id',
    scope: 'customer.customer',
    properties: `innerId- firstname! lastname! email! telephone! fax password! newsletter status approved
      freeShipping dateCreated- dateUpdated- defaultAddress>addresses customerGroup>customerGroups
      addresses+addresses.customer loyaltyPoints+loyaltyPoints.customer`,
    search: 'innerId email createdAtMin createdAtMax updatedAtMin updatedAtMax',
    store: 'customers',
  },
  {
    endpoint: 'customerGroups',
    idForm: 'customerGroup-customer_group_id',
    scope: 'customer.customerGroup',
    properties: 'innerId- name! percentDiscount percentDiscountSpecialPrices',
    search: 'name',
  },
  {
    endpoint: 'newsletterSubscribers',
    idForm: 'newsletterSubscriber-subscriber_id',
    scope: 'newsletter.subscriber',
    properties: `firstname lastname email! phone status blacklisted dateSubscribed hash- mailmasterId
      dateCreated- dateUpdated- language>languages`,
    search: 'email status subscribedAt=dateSubscribed',
  },
];
