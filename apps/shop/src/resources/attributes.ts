import type { ResourceRow } from '../resource.ts';

/** Attributes of products and what customers filter by. */
export const attributesResources: ResourceRow[] = [
  {
    endpoint: 'attributeDescriptions',
    idForm: 'attributeDescription-attribute_id=attribute&language_id=language',
    scope: 'product.attribute',
    properties: `name description prefix postfix attribute!>listAttributes|numberAttributes|textAttributes
      language!>languages`,
    search: 'listAttributeId=attribute numberAttributeId=attribute textAttributeId=attribute languageId',
  },
  {
    endpoint: 'attributeWidgetCategoryRelations',
    idForm: 'attributeWidgetCategory-attribute_id=attributeWidget&category_id=category',
    scope: 'product.attribute',
    properties: 'attributeWidget!>listAttributeWidgets|numberAttributeWidgets category!>categories',
    methods: 'GET POST DELETE',
    search: 'listAttributeWidgetId=attributeWidget numberAttributeWidgetId=attributeWidget',
  },
  {
    endpoint: 'attributeWidgetDescriptions',
    idForm: 'attributeWidgetDescription-attribute_id=attributeWidget&language_id=language',
    scope: 'product.attribute',
    properties: 'label attributeWidget!>listAttributeWidgets|numberAttributeWidgets language!>languages',
    search: 'listAttributeWidgetId=attributeWidget numberAttributeWidgetId=attributeWidget',
  },
  {
    endpoint: 'listAttributes',
    idForm: 'listAttribute-attribute_id',
    scope: 'product.attribute',
    properties: `type name priority sortOrder required presentation
      defaultListAttributeValue>listAttributeValues
      listAttributeWidget*listAttributeWidgets?listAttributeId
      attributeDescriptions*attributeDescriptions?listAttributeId
      listAttributeValues*listAttributeValues?listAttributeId`,
    search: 'name',
    sequence: 'attribute',
  },
  {
    endpoint: 'listAttributeValues',
    idForm: 'listAttributeValue-attribute_id=listAttribute&value_id',
    scope: 'product.attribute',
    properties: `listAttribute!>listAttributes
      listAttributeValueDescriptions*listAttributeValueDescriptions?listAttributeValueId`,
    search: 'listAttributeId',
  },
  {
    endpoint: 'listAttributeValueDescriptions',
    idForm: 'listAttributeValueDescription-value_id=listAttributeValue&language_id=language',
    scope: 'product.attribute',
    properties: 'name listAttributeValue!>listAttributeValues language!>languages',
    search: 'listAttributeValueId languageId',
  },
  {
    endpoint: 'listAttributeWidgets',
    idForm: 'listAttributeWidget-attribute_id=listAttribute',
    scope: 'product.attribute',
    properties: `active displayToAllCategory displayMode sortOrder maxNumberOfOptions sortValuesBy
      listAttribute!>listAttributes
      attributeWidgetCategoryRelations*attributeWidgetCategoryRelations?listAttributeWidgetId
      attributeWidgetDescriptions*attributeWidgetDescriptions?listAttributeWidgetId`,
    search: 'listAttributeId',
    sequence: 'attributeWidget',
  },
  {
    endpoint: 'numberAttributes',
    idForm: 'numberAttribute-attribute_id',
    scope: 'product.attribute',
    properties: `type name priority sortOrder defaultValue required minValue maxValue showIfZero precision
      numberAttributeWidget*numberAttributeWidgets?numberAttributeId
      attributeDescriptions*attributeDescriptions?numberAttributeId
      numberAttributeValues*numberAttributeValues?numberAttributeId`,
    search: 'name',
    sequence: 'attribute',
  },
  {
    endpoint: 'numberAttributeValues',
    idForm: 'numberAttributeValue-attribute_id=numberAttribute&product_id=product',
    scope: 'product.product',
    properties: 'value product!>products numberAttribute!>numberAttributes',
    search: 'numberAttributeId productId',
  },
  {
    endpoint: 'numberAttributeWidgets',
    idForm: 'numberAttributeWidget-attribute_id=numberAttribute',
    scope: 'product.attribute',
    properties: `active autoCalculateLimits displayToAllCategory displayMode sortOrder maxNumberOfOptions
      sortValuesBy numberAttribute!>numberAttributes
      attributeWidgetCategoryRelations*attributeWidgetCategoryRelations?numberAttributeWidgetId
      attributeWidgetDescriptions*attributeWidgetDescriptions?numberAttributeWidgetId
      numberAttributeWidgetLimits*numberAttributeWidgetLimits?numberAttributeWidgetId`,
    search: 'numberAttributeId',
    sequence: 'attributeWidget',
  },
  {
    endpoint: 'numberAttributeWidgetLimits',
    idForm: 'numberAttributeWidgetLimit-attribute_id=numberAttributeWidget&limit_id',
    scope: 'product.attribute',
    properties: 'label minValue maxValue numberAttributeWidget!>numberAttributeWidgets',
    search: 'numberAttributeWidgetId',
  },
  {
    endpoint: 'productClasses',
    idForm: 'productClass-product_class_id',
    scope: 'product.attribute',
    properties: `name! description firstVariantSelectType secondVariantSelectType
      firstVariantParameter>listAttributes|numberAttributes|textAttributes
      secondVariantParameter>listAttributes|numberAttributes|textAttributes
      productClassAttributeRelations*productClassAttributeRelations?productClassId`,
  },
  {
    endpoint: 'productClassAttributeRelations',
    idForm: 'productClassAttributeRelation-attribute_id=attribute&product_class_id=productClass',
    scope: 'product.attribute',
    properties: 'productClass!>productClasses attribute!>listAttributes|numberAttributes|textAttributes',
    methods: 'GET POST DELETE',
    search: 'listAttributeId=attribute numberAttributeId=attribute textAttributeId=attribute productClassId',
  },
  {
    endpoint: 'productListAttributeValueRelations',
    idForm: 'productListAttributeValueRelation-product_id=product&value_id=listAttributeValue',
    scope: 'product.product',
    properties: 'product!>products listAttributeValue!>listAttributeValues',
    methods: 'GET POST DELETE',
    search: 'productId listAttributeValueId',
  },
  {
    endpoint: 'textAttributes',
    idForm: 'textAttribute-attribute_id',
    scope: 'product.attribute',
    properties: `type name priority sortOrder required textFieldType translateable
      attributeDescriptions*attributeDescriptions?textAttributeId
      textAttributeValues*textAttributeValues?textAttributeId`,
    search: 'name',
    sequence: 'attribute',
  },
  {
    endpoint: 'textAttributeValues',
    idForm: 'textAttributeValue-attribute_id=textAttribute&product_id=product',
    scope: 'product.product',
    properties: `textAttribute!>textAttributes product!>products
      textAttributeValueDescriptions*textAttributeValueDescriptions?textAttributeValueId`,
    search: 'textAttributeId productId',
  },
  {
    endpoint: 'textAttributeValueDescriptions',
    idForm: 'textAttributeValueDescription-value_id=textAttributeValue&language_id=language',
    scope: 'product.product',
    properties: 'name textAttributeValue!>textAttributeValues language>languages',
    search: 'textAttributeValueId languageId',
  },
];
