import { z } from 'zod';
import { openObject } from './open-object.ts';

/**
 * What a plugin reads and writes at the platform's gateway: its feeds with their properties and segment, the
 * credentials of feed destinations, and a datamart's realms. All calls carry HTTP Basic authentication.
 */

const abstractProperty = {
  technical_name: z.string(),
  /** Fixed by the plugin, set by it as a default, or set on one feed. */
  origin: z.enum(['PLUGIN_STATIC', 'PLUGIN', 'INSTANCE']),
  writable: z.boolean(),
  deletable: z.boolean(),
};

const text = z.string().optional();
const number = z.number().optional();
const flag = z.boolean().optional();

const property = <Type extends string, Shape extends z.core.$ZodShape>(
  types: readonly [Type, ...Type[]],
  value: Shape,
) => openObject({ ...abstractProperty, property_type: z.enum(types), value: openObject(value) });

export const assetFilePropertySchema = property(['ASSET_FILE', 'ASSET'], {
  original_file_name: text,
  original_name: text,
  asset_id: text,
  file_path: text,
  file: text,
});
export const assetFolderPropertySchema = property(['ASSET_FOLDER'], {
  original_name: text,
  asset_id: text,
  path: text,
});
export const dataFilePropertySchema = property(['DATA_FILE'], { uri: text, last_modified: number });
export const urlPropertySchema = property(['URL'], { url: text });
export const stringPropertySchema = property(['STRING'], { value: text });
export const adLayoutPropertySchema = property(['AD_LAYOUT'], { id: text, version: text });
export const styleSheetPropertySchema = property(['STYLE_SHEET'], { id: text, version: text });
export const pixelTagPropertySchema = property(['PIXEL_TAG'], { value: text });
export const doublePropertySchema = property(['DOUBLE'], { value: number });
export const booleanPropertySchema = property(['BOOLEAN'], { value: flag });
export const intPropertySchema = property(['INT'], { value: number });
export const recommenderPropertySchema = property(['RECOMMENDER'], { recommender_id: text });
export const nativeDataPropertySchema = property(['NATIVE_DATA'], {
  required_display: flag,
  type: number,
  value: text,
});
export const nativeTitlePropertySchema = property(['NATIVE_TITLE'], { required_display: flag, value: text });
export const nativeImagePropertySchema = property(['NATIVE_IMAGE'], {
  required_display: flag,
  width: number,
  height: number,
  type: number,
  original_file_name: text,
  asset_id: text,
  file_path: text,
});

export type AssetFileProperty = z.infer<typeof assetFilePropertySchema>;
export type AssetFolderProperty = z.infer<typeof assetFolderPropertySchema>;
export type DataFileProperty = z.infer<typeof dataFilePropertySchema>;
export type UrlProperty = z.infer<typeof urlPropertySchema>;
export type StringProperty = z.infer<typeof stringPropertySchema>;
export type AdLayoutProperty = z.infer<typeof adLayoutPropertySchema>;
export type StyleSheetProperty = z.infer<typeof styleSheetPropertySchema>;
export type PixelTagProperty = z.infer<typeof pixelTagPropertySchema>;
export type DoubleProperty = z.infer<typeof doublePropertySchema>;
export type BooleanProperty = z.infer<typeof booleanPropertySchema>;
export type IntProperty = z.infer<typeof intPropertySchema>;
export type RecommenderProperty = z.infer<typeof recommenderPropertySchema>;
export type NativeDataProperty = z.infer<typeof nativeDataPropertySchema>;
export type NativeTitleProperty = z.infer<typeof nativeTitlePropertySchema>;
export type NativeImageProperty = z.infer<typeof nativeImagePropertySchema>;

/** One property of a feed, told apart by `property_type`. */
export const pluginPropertySchema = z.discriminatedUnion('property_type', [
  assetFilePropertySchema,
  assetFolderPropertySchema,
  dataFilePropertySchema,
  urlPropertySchema,
  stringPropertySchema,
  adLayoutPropertySchema,
  styleSheetPropertySchema,
  pixelTagPropertySchema,
  doublePropertySchema,
  booleanPropertySchema,
  intPropertySchema,
  recommenderPropertySchema,
  nativeDataPropertySchema,
  nativeTitlePropertySchema,
  nativeImagePropertySchema,
]);
export type PluginProperty = z.infer<typeof pluginPropertySchema>;
export type PropertyType = PluginProperty['property_type'];
export type PropertyOrigin = PluginProperty['origin'];

const identifyingResourceSchema = z.discriminatedUnion('type', [
  openObject({ type: z.literal('USER_ACCOUNT'), compartment_id: text }),
  openObject({ type: z.literal('USER_EMAIL') }),
  openObject({ type: z.literal('USER_DEVICE_TECHNICAL_ID'), registry_type: z.string(), registry_id: text }),
  openObject({ type: z.literal('USER_PROFILE'), compartment_id: text }),
]);
export type IdentifyingResourceShape = z.infer<typeof identifyingResourceSchema>;

/** `GET /v1/audience_segment_external_feeds/:feed_id`. */
export const audienceSegmentExternalFeedSchema = openObject({
  id: z.string(),
  plugin_id: z.string(),
  organisation_id: z.string(),
  group_id: z.string(),
  artifact_id: z.string(),
  version_id: z.string(),
  selected_identifying_resources: z.array(identifyingResourceSchema).optional(),
  created_by: text,
});
export type AudienceSegmentExternalFeedResource = z.infer<typeof audienceSegmentExternalFeedSchema>;

/** `GET /v1/audience_segment_external_feeds/:feed_id/audience_segment`. */
export const audienceSegmentSchema = openObject({
  id: z.string(),
  organisation_id: z.string(),
  name: z.string(),
  short_description: z.string(),
  technical_name: z.string(),
  /** Milliseconds a user point stays in the segment. */
  default_ttl: number,
  datamart_id: z.string(),
  provider_name: z.string(),
  persisted: z.boolean(),
});
export type AudienceSegmentResource = z.infer<typeof audienceSegmentSchema>;

/** `GET` and `POST /v1/feed_destinations/:id/credentials`. */
export const feedDestinationCredentialsSchema = openObject({
  scheme: z.enum(['OAUTH2', 'API_TOKEN', 'LOGIN_PASSWORD']),
  credentials: z.record(z.string(), z.unknown()),
});
export type FeedDestinationCredentials = z.infer<typeof feedDestinationCredentialsSchema>;
export type TenantCredentialsScheme = FeedDestinationCredentials['scheme'];

export const realmTypeSchema = z.enum([
  'MEDIARITHMICS',
  'MOBILE',
  'WEB_DOMAIN',
  'GOOGLE_OPERATOR',
  'APP_NEXUS_OPERATOR',
  'ETAG',
]);
export type RealmType = z.infer<typeof realmTypeSchema>;

const webDomainSchema = openObject({
  id: z.string(),
  organisation_id: z.string(),
  name: z.string(),
  sld_name: z.string(),
});
export type WebDomainResource = z.infer<typeof webDomainSchema>;

/** One element of `GET /v1/datamarts/:id/user_agent_identifier_realm_selections`. */
export const userAgentIdentifierRealmSelectionSchema = openObject({
  id: z.string(),
  datamart_id: z.string(),
  realm_type: realmTypeSchema,
  matching: flag,
  url: text,
  web_domain: webDomainSchema,
});
export type UserAgentIdentifierRealmSelectionResource = z.infer<typeof userAgentIdentifierRealmSelectionSchema>;
