import type { RealmType, UserAgentIdentifierRealmSelectionResource } from '@batchfeed/schemas';

export interface WebDomainRealmFilter {
  realmType: 'WEB_DOMAIN';
  /** The second-level domain, such as `example.com`. */
  sld_name: string;
}

export interface OtherRealmFilter {
  realmType: Exclude<RealmType, 'WEB_DOMAIN'>;
}

/** Which user agent identifier realm a plugin needs. */
export type RealmFilter = WebDomainRealmFilter | OtherRealmFilter;

export const isWebDomainRealmFilter = (filter: RealmFilter): filter is WebDomainRealmFilter =>
  filter.realmType === 'WEB_DOMAIN';

/** True when a realm is the one asked for. */
export const matchesRealm = (realm: UserAgentIdentifierRealmSelectionResource, filter: RealmFilter): boolean =>
  realm.realm_type === filter.realmType &&
  (!isWebDomainRealmFilter(filter) || realm.web_domain.sld_name === filter.sld_name);
