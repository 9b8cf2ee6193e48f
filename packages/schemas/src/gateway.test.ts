import { describe, expect, it } from 'vitest';
import {
  audienceSegmentExternalFeedSchema,
  feedDestinationCredentialsSchema,
  pluginPropertySchema,
  userAgentIdentifierRealmSelectionSchema,
} from './index.ts';

const common = { technical_name: 'p', origin: 'INSTANCE', writable: true, deletable: false };

describe('a property', () => {
  it.each([
    ['STRING', { value: 'text' }],
    ['URL', { url: 'https://a' }],
    ['BOOLEAN', { value: true }],
    ['INT', { value: 1 }],
    ['ASSET', { asset_id: '1' }],
    ['ASSET_FILE', { asset_id: '1' }],
    ['DATA_FILE', { uri: 'mics://a', last_modified: 1 }],
    ['STRING', {}],
  ])('of type %s is read with its value', (property_type, value) => {
    const property = { ...common, property_type, value };
    expect(pluginPropertySchema.parse(property)).toEqual(property);
  });

  it('has a value of its type, and a type that is known', () => {
    expect(pluginPropertySchema.safeParse({ ...common, property_type: 'INT', value: { value: '1' } }).success).toBe(
      false,
    );
    expect(pluginPropertySchema.safeParse({ ...common, property_type: 'OTHER', value: {} }).success).toBe(false);
  });
});

it('a feed keeps fields that are not known here', () => {
  const feed = { id: '1', plugin_id: '2', organisation_id: '3', group_id: 'g', artifact_id: 'a', version_id: '4' };
  const more = { ...feed, selected_identifying_resources: [{ type: 'USER_EMAIL' }], status: 'ACTIVE' };
  expect(audienceSegmentExternalFeedSchema.parse(more)).toEqual(more);
});

it('credentials are of a known scheme', () => {
  expect(feedDestinationCredentialsSchema.safeParse({ scheme: 'OAUTH2', credentials: { a: 1 } }).success).toBe(true);
  expect(feedDestinationCredentialsSchema.safeParse({ scheme: 'NONE', credentials: {} }).success).toBe(false);
});

it('a realm has a web domain', () => {
  const web_domain = { id: '1', organisation_id: '1', name: 'n', sld_name: 'example.com' };
  const realm = { id: '1', datamart_id: '1', realm_type: 'WEB_DOMAIN', web_domain };
  expect(userAgentIdentifierRealmSelectionSchema.safeParse(realm).success).toBe(true);
});
