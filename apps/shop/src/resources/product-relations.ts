import type { ResourceRow } from '../resource.ts';

/** What belongs to a product. */
export const productRelationsResources: ResourceRow[] = [
  {
    endpoint: 'productAddons',
    idForm: 'productAddon-product_addon_id',
    scope: 'product.addon',
    properties: `sku! name! type! price! taxRate required autoScaling separatedItem quantityModifiable
      dateCreated- dateModified- taxClass>taxClasses`,
  },
  {
    endpoint: 'productAddonProductRelations',
    idForm: 'productAddonProductRelation-product_id=product&product_addon_id=productAddon',
    scope: 'product.product',
    properties: 'product!>products productAddon!>productAddons',
    methods: 'GET POST DELETE',
    search: 'productId productAddonId',
  },
  {
    endpoint: 'productBadges',
    idForm: 'productBadge-badge_id',
    scope: 'product.badge',
    properties: 'innerId- name! custom active sortOrder badgeType- validatorService-',
    search: 'name',
  },
  {
    endpoint: 'productBadgeDescriptions',
    idForm: 'productBadgeDescription-badge_description_id',
    scope: 'product.badge',
    properties: 'innerId- badgeId- languageId! picture! description! popupDescription',
  },
  {
    endpoint: 'productCategoryRelations',
    idForm: 'productCategory-product_id=product&category_id=category',
    scope: 'product.product',
    properties: 'product!>products category!>categories',
    methods: 'GET POST DELETE',
    search: 'productId categoryId',
  },
  {
    endpoint: 'productCollateralProductRelations',
    idForm: 'productCollateralProductRelation-product_id=product&collateral_id=collateralProduct',
    scope: 'product.product',
    properties: 'product!>products collateralProduct!>products',
    methods: 'GET POST DELETE',
    search: 'productId collateralProductId',
  },
  {
    endpoint: 'productDescriptions',
    idForm: 'productDescription-product_id=product&language_id=language',
    scope: 'product.product',
    properties: `name metaTitle metaKeywords metaDescription shortDescription description customContentTitle
      customContent parameters packagingUnit measurementUnit dateCreated- dateUpdated- videoCode
      product!>products language!>languages`,
    search: 'productId languageId name',
  },
  {
    endpoint: 'productDocumentRelations',
    idForm: 'productDocument-id',
    scope: 'product.product',
    properties: 'document!>documents product!>products',
    search: 'innerId',
  },
  {
    endpoint: 'productImages',
    idForm: 'productImage-product_image_id',
    scope: 'product.product',
    properties: 'imagePath! imageAlt sortOrder product!>products',
    search: 'productId imagePath',
  },
  {
    endpoint: 'productOptions',
    idForm: 'productOption-product_option_id',
    scope: 'product.product',
    properties: `sortOrder product!>products
      productOptionDescriptions*productOptionDescriptions?productOptionId
      productOptionValues*productOptionValues?productOptionId`,
    search: 'productId',
  },
  {
    endpoint: 'productOptionDescriptions',
    idForm: 'productOptionDescription-product_option_id=productOption&language_id=language',
    scope: 'product.product',
    properties: 'name productOption!>productOptions language!>languages',
    search: 'productOptionId languageId',
  },
  {
    endpoint: 'productOptionValues',
    idForm: 'productOptionValue-product_option_value_id',
    scope: 'product.product',
    properties: `price prefix sortOrder productOption!>productOptions
      productOptionValueDescriptions*productOptionValueDescriptions?productOptionValueId`,
    search: 'productOptionId',
  },
  {
    endpoint: 'productOptionValueDescriptions',
    idForm: 'productOptionValueDescription-product_option_value_id=productOptionValue&language_id=language',
    scope: 'product.product',
    properties: 'name productOptionValue!>productOptionValues language!>languages',
    search: 'productOptionValueId languageId',
  },
  {
    endpoint: 'productProductBadgeRelations',
    idForm: 'productProductBadge-product_id=product&badge_id=productBadge&language_id=language',
    scope: 'product.product',
    properties: 'product!>products productBadge!>productBadges language!>languages',
    methods: 'GET POST DELETE',
    search: 'productId productBadgeId languageId',
  },
  {
    endpoint: 'productRelatedProductRelations',
    idForm: 'relatedProduct-product_id=product&related_id=relatedProduct',
    scope: 'product.product',
    properties: 'product!>products relatedProduct!>products',
    methods: 'GET POST DELETE',
    search: 'productId relatedProductId',
  },
  {
    endpoint: 'productSpecials',
    idForm: 'productSpecial-product_special_id',
    scope: 'product.product',
    properties: `priority price dateFrom dateTo minQuantity maxQuantity isLimitedDiscount maxOrderableCount
      product!>products customerGroup>customerGroups`,
    search: 'productId',
  },
  {
    endpoint: 'productTags',
    idForm: 'productTag-product_id=product&language_id=language',
    scope: 'product.product',
    properties: 'product!>products language!>languages tags!',
    search: 'productId languageId',
  },
];
