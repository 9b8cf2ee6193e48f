import type { ResourceRow } from '../resource.ts';

/** Contents of pages. */
export const cmsResources: ResourceRow[] = [
  {
    endpoint: 'cmsContentCmsListRelations',
    idForm: 'cmsContentCmsListRelation-information_id=cmsContent&list_id=cmsContentList',
    scope: 'cms.content',
    properties: 'cmsContent!>cmsContents cmsContentList!>cmsContentLists',
    search: 'cmsContentId cmsContentListId',
  },
  {
    endpoint: 'cmsContentDescriptions',
    idForm: 'cmsContentDescription-information_id=cmsContent&language_id=language',
    scope: 'cms.content',
    properties: 'title description introText language!>languages cmsContent!>cmsContents',
  },
  {
    endpoint: 'cmsContentExtend',
    idForm: 'cmsContent-information_id',
    scope: 'cms.content',
    properties: `innerId- sortOrder enabled author showIntroText introPicturePath showAuthorName
      showDateCreated datePublished dateCreated- dateUpdated-
      cmsContentDescriptions+cmsContentDescriptions.cmsContent cmsContentTags~
      cmsContentCmsListRelations+cmsContentCmsListRelations.cmsContent`,
    search: 'innerId createdBefore createdAfter',
    store: 'cmsContents',
  },
  {
    endpoint: 'cmsContentListDescriptions',
    idForm: 'cmsContentListDescription-list_id=cmsContentList&language_id=language',
    scope: 'cms.content',
    properties: 'name title metaDescription description language!>languages cmsContentList!>cmsContentLists',
    search: 'cmsContentListId',
  },
  {
    endpoint: 'cmsContentListExtend',
    idForm: 'cmsContentList-list_id',
    scope: 'cms.content',
    properties: `innerId- enabled showIntroText showAuthorName showDateCreated showIntroPicture itemsPerPage
      maxItems cmsContentListDescriptions+cmsContentListDescriptions.cmsContentList
      cmsContentCmsListRelations+cmsContentCmsListRelations.cmsContentList`,
    store: 'cmsContentLists',
  },
  {
    endpoint: 'documents',
    idForm: 'document-document_id',
    scope: 'cms.document',
    properties: 'innerId- dateCreated- dateUpdated-',
    search: 'innerId',
  },
  {
    endpoint: 'documentDescriptions',
    idForm: 'documentDescription-document_id=document&language_id=language',
    scope: 'cms.document',
    properties: 'name! filename! mask! document!>documents language!>languages',
    search: 'innerId',
  },
  {
    endpoint: 'informationDescriptions',
    idForm: 'informationDescription-information_id=information&language_id=language',
    scope: 'cms.information',
    properties: 'title description language!>languages information!>informations',
  },
  {
    endpoint: 'informationExtend',
    idForm: 'information-information_id',
    scope: 'cms.information',
    properties: `innerId- sortOrder enabled showInHeader showInInfoModule showInInfoModule2 showInInfoModule3
      showInFooter informationDescriptions!+informationDescriptions.information
      urlAliases+urlAliases.urlAliasEntity`,
    search: 'innerId',
    store: 'informations',
  },
];
