import type { ResourceRow } from '../resource.ts';

/** Products, categories, manufacturers and what is sold. */
export const productsResources: ResourceRow[] = [
  {
    endpoint: 'categories',
    idForm: 'category-category_id',
    scope: 'product.category',
    properties: `innerId- picture sortOrder status multiplier productsStatus groupCode dateCreated-
      dateUpdated- parentCategory>categories centralCategory>categories
      categoryDescriptions*categoryDescriptions?categoryId
      categoryCustomerGroupRelations*categoryCustomerGroupRelations?categoryId
      customerGroups/categoryCustomerGroupRelations.category.customerGroup`,
    search: 'innerId',
  },
  {
    endpoint: 'categoryCustomerGroupRelations',
    idForm: 'categoryCustomerGroup-category_id=category&customer_group_id=customerGroup',
    scope: 'product.category',
    properties: 'category!>categories customerGroup!>customerGroups',
    methods: 'GET POST DELETE',
    search: 'categoryId',
  },
  {
    endpoint: 'categoryDescriptions',
    idForm: 'categoryDescription-category_id=category&language_id=language',
    scope: 'product.category',
    properties: `name heading metaKeywords metaDescription description customTitle robotsMetaTag
      footerSeoText category!>categories language!>languages`,
    search: 'categoryId languageId name metaDescription',
  },
  {
    endpoint: 'categoryExtend',
    idForm: 'category-category_id',
    scope: 'product.category',
    properties: `innerId- picture sortOrder status multiplier productsStatus groupCode dateCreated-
      dateUpdated- parentCategory>categories centralCategory>categories
      categoryDescriptions+categoryDescriptions.category
      categoryCustomerGroupRelations+categoryCustomerGroupRelations.category
      urlAliases+urlAliases.urlAliasEntity`,
    search: 'innerId createdBefore createdAfter',
    store: 'categories',
  },
  {
    endpoint: 'customerGroupProductPrices',
    idForm: 'customerGroupProductPrice-customer_group_id=customerGroup&product_id=product',
    scope: 'product.product',
    properties: 'customerGroup!>customerGroups product!>products price',
    search: 'productId customerGroupId',
  },
  {
    endpoint: 'manufacturers',
    idForm: 'manufacturer-manufacturer_id',
    scope: 'product.manufacturer',
    properties: `innerId- name picture sortOrder robotsMetaTag dateCreated- dateUpdated-
      manufacturerDescriptions*manufacturerDescriptions?manufacturerId`,
    search: 'innerId name',
  },
  {
    endpoint: 'manufacturerDescriptions',
    idForm: 'manufacturerDescription-manufacturer_id=manufacturer&language_id=language',
    scope: 'product.manufacturer',
    properties: `description dateCreated- dateUpdated- customTitle heading metaDescription metaKeywords
      manufacturer!>manufacturers language!>languages`,
    search: 'manufacturerId',
  },
  {
    endpoint: 'priceMultipliers',
    idForm: 'priceMultiplier-price_multiplier_id',
    scope: 'product.priceMultiplier',
    properties: 'categoryId manufacturerId minNetPrice maxNetPrice multiplier priority',
  },
  {
    endpoint: 'products',
    idForm: 'product-product_id',
    scope: 'product.product',
    properties: `innerId- sku! modelNumber gtin orderable price cost multiplier multiplierLock loyaltyPoints
      stock1 stock2 stock3 stock4 subtractStock mainPicture width height length weight status
      shipped minimalOrderNumber maximalOrderNumber minimalOrderNumberMultiply availableDate
      quantity sortOrder dateCreated- dateUpdated- imageAlt freeShipping durableMediaDevice
      taxClass>taxClasses noStockStatus>stockStatuses inStockStatus>stockStatuses
      productClass>productClasses parentProduct>products volumeUnit>lengthClasses
      weightUnit>weightClasses manufacturer>manufacturers onlyStock1Status>stockStatuses
      onlyStock2Status>stockStatuses onlyStock3Status>stockStatuses onlyStock4Status>stockStatuses
      allImages~ productDescriptions*productDescriptions?productId
      productRelatedProductRelations*productRelatedProductRelations?productId
      productCategoryRelations*productCategoryRelations?productId
      productSpecials*productSpecials?productId
      productProductBadgeRelations*productProductBadgeRelations?productId
      productListAttributeValueRelations*productListAttributeValueRelations?productId
      numberAttributeValues*numberAttributeValues?productId
      textAttributeValues*textAttributeValues?productId productTags*productTags?productId
      productCollateralProductRelations*productCollateralProductRelations?productId
      customerGroupProductPrices*customerGroupProductPrices?productId
      productAddonRelations*productAddonProductRelations?productId`,
    search: 'innerId sku parentProductId',
    emptyBody: false,
  },
  {
    endpoint: 'productExtend',
    idForm: 'product-product_id',
    scope: 'product.product',
    properties: `innerId- sku! modelNumber gtin orderable price cost multiplier multiplierLock loyaltyPoints
      stock1 stock2 stock3 stock4 subtractStock mainPicture width height length weight status
      shipped minimalOrderNumber maximalOrderNumber minimalOrderNumberMultiply availableDate
      quantity sortOrder dateCreated- dateUpdated- imageAlt freeShipping durableMediaDevice
      productAttributeExtend~ productPrices~ taxClass>taxClasses noStockStatus>stockStatuses
      inStockStatus>stockStatuses productClass>productClasses parentProduct>products
      volumeUnit>lengthClasses weightUnit>weightClasses onlyStock1Status>stockStatuses
      onlyStock2Status>stockStatuses onlyStock3Status>stockStatuses onlyStock4Status>stockStatuses
      allImages~ manufacturer@manufacturers.name productDescriptions!+productDescriptions.product
      productRelatedProductRelations+productRelatedProductRelations.product
      productCategoryRelations+productCategoryRelations.product
      productSpecials+productSpecials.product
      productProductBadgeRelations+productProductBadgeRelations.product
      productListAttributeValueRelations*productListAttributeValueRelations?productId
      numberAttributeValues*numberAttributeValues?productId
      textAttributeValues*textAttributeValues?productId productTags+productTags.product
      productCollateralProductRelations+productCollateralProductRelations.product
      customerGroupProductPrices+customerGroupProductPrices.product
      relatedProducts/productRelatedProductRelations.product.relatedProduct
      collateralProducts/productCollateralProductRelations.product.collateralProduct
      urlAliases+urlAliases.urlAliasEntity
      productAddons/productAddonProductRelations.product.productAddon
      productAddonProductRelations+productAddonProductRelations.product`,
    search: 'innerId sku createdAfter createdBefore updatedAfter updatedBefore parentProductId',
    store: 'products',
    emptyBody: false,
  },
  {
    endpoint: 'stockStatuses',
    idForm: 'stockStatus-stock_status_id',
    scope: 'product.stockStatus',
    properties: 'stockStatusDescriptions*stockStatusDescriptions?stockStatusId',
    methods: 'GET',
  },
  {
    endpoint: 'stockStatusDescriptions',
    idForm: 'stockStatusDescription-stock_status_id=stockStatus&language_id=language',
    scope: 'product.stockStatus',
    properties: 'name color stockStatus>stockStatuses language>languages',
    methods: 'GET',
    search: 'stockStatusId languageId',
  },
];
