import type { ResourceRow } from '../resource.ts';

/** Coupons and loyalty points. */
export const marketingResources: ResourceRow[] = [
  {
    endpoint: 'coupons',
    idForm: 'coupon-coupon_id',
    scope: 'marketing.coupon',
    properties: `code! discountType percentDiscount percentDiscountValue loginRequired freeShipping fixDiscountValue
      dateStart dateEnd totalNumberOfCoupons totalNumberOfCouponsPerCustomer status dateCreated-
      dateUpdated- email minOrderLimit maxOrderLimit validToSpecialProducts validWithGiftProducts
      validWithBulkDiscount validWithLoyaltyPoints bypassMinOrderLimitWithCoupon targetType
      taxClass>taxClasses couponDescriptions*couponDescriptions?couponId`,
    search: 'code',
  },
  {
    endpoint: 'couponCategoryRelations',
    idForm: 'couponCategoryRelation-coupon_id=coupon&category_id=category',
    scope: 'marketing.coupon',
    properties: 'coupon!>coupons category!>categories',
    methods: 'GET POST DELETE',
    search: 'couponId',
  },
  {
    endpoint: 'couponDescriptions',
    idForm: 'couponDescription-coupon_id=coupon&language_id=language',
    scope: 'marketing.coupon',
    properties: 'name! description! coupon!>coupons language!>languages',
    search: 'languageId couponId',
  },
  {
    endpoint: 'couponProductRelations',
    idForm: 'couponProductRelation-coupon_product_id',
    scope: 'marketing.coupon',
    properties: 'coupon!>coupons product!>products',
    methods: 'GET POST DELETE',
    search: 'couponId',
  },
  {
    endpoint: 'loyaltyPoints',
    idForm: 'loyaltyPoint-id',
    scope: 'marketing.loyaltyPoint',
    properties: 'dateAdded dateExpiration value description order>orders customer>customers',
    search: 'orderId customerId',
  },
  {
    endpoint: 'loyaltyPointsUsed',
    idForm: 'loyaltyPointUsed-id',
    scope: 'marketing.loyaltyPoint',
    properties: 'dateUsed value description loyaltyPoint>loyaltyPoints customer>customers order>orders',
    search: 'orderId customerId',
  },
];
