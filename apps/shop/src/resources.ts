import { type Resource, type ResourceRow, readResource } from './resource.ts';

/** The shop's resources. A row is all it takes to add one: table, routes, validation and answers follow from it. */
const rows: ResourceRow[] = [
  {
    endpoint: 'customers',
    idForm: 'customer-customer_id',
    scope: 'customer.customer',
    properties: `innerId- firstname! lastname! email! telephone! fax password! newsletter status approved freeShipping
      dateCreated- dateUpdated- defaultAddress>addresses customerGroup>customerGroups addresses*addresses?customerId
      loyaltyPoints*loyaltyPoints?customerId`,
    search: 'innerId email',
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
    properties: `firstname lastname email! phone status blacklisted dateSubscribed hash- mailmasterId dateCreated-
      dateUpdated- language>languages`,
    search: 'email status',
  },
  {
    endpoint: 'products',
    idForm: 'product-product_id',
    scope: 'product.product',
    properties: `innerId- sku! modelNumber gtin orderable price cost multiplier multiplierLock loyaltyPoints stock1 stock2
      stock3 stock4 subtractStock mainPicture width height length weight status shipped minimalOrderNumber
      maximalOrderNumber minimalOrderNumberMultiply availableDate quantity sortOrder dateCreated- dateUpdated- imageAlt
      freeShipping durableMediaDevice taxClass>taxClasses noStockStatus>stockStatuses inStockStatus>stockStatuses
      productClass>productClasses parentProduct>products volumeUnit>lengthClasses weightUnit>weightClasses
      manufacturer>manufacturers onlyStock1Status>stockStatuses onlyStock2Status>stockStatuses
      onlyStock3Status>stockStatuses onlyStock4Status>stockStatuses allImages-
      productDescriptions*productDescriptions?productId
      productRelatedProductRelations*productRelatedProductRelations?productId
      productCategoryRelations*productCategoryRelations?productId productSpecials*productSpecials?productId
      productProductBadgeRelations*productProductBadgeRelations?productId
      productListAttributeValueRelations*productListAttributeValueRelations?productId
      numberAttributeValues*numberAttributeValues?productId textAttributeValues*textAttributeValues?productId
      productTags*productTags?productId productCollateralProductRelations*productCollateralProductRelations?productId
      customerGroupProductPrices*customerGroupProductPrices?productId`,
    search: 'innerId sku',
    emptyBody: false,
  },
  {
    endpoint: 'categories',
    idForm: 'category-category_id',
    scope: 'product.category',
    properties: `innerId- picture sortOrder status multiplier productsStatus groupCode dateCreated- dateUpdated-
      parentCategory>categories centralCategory>categories categoryDescriptions*categoryDescriptions?categoryId
      categoryCustomerGroupRelations*categoryCustomerGroupRelations?categoryId`,
    search: 'innerId',
  },
];

/** Every resource, by endpoint. */
export const resources: ReadonlyMap<string, Resource> = new Map(rows.map((row) => [row.endpoint, readResource(row)]));
