// Everything the package offers, under the names the official SDK gives it where it has one.

export type {
  AdLayoutProperty,
  AssetFileProperty,
  AssetFolderProperty,
  AudienceFeedAuthenticationStatus,
  AudienceFeedBatchContext,
  AudienceFeedConnectorAuthenticationStatus,
  AudienceFeedConnectorConnectionStatus,
  AudienceFeedConnectorDynamicPropertyValuesQueryStatus,
  AudienceFeedConnectorStatus,
  AudienceFeedConnectorTroubleshootStatus,
  AudienceSegmentExternalFeedResource,
  AudienceSegmentResource,
  BatchedUserSegmentUpdatePluginResponse,
  BatchUpdateContext,
  BatchUpdatePluginResponse,
  BatchUpdatePluginResponseStatus,
  BatchUpdateRequest,
  BooleanProperty,
  CreateOAuthRedirectUrlPluginResponse,
  CreateOAuthRedirectUrlRequest,
  DataFileProperty,
  DoubleProperty,
  ExternalSegmentAuthenticationRequest,
  ExternalSegmentAuthenticationResponse,
  ExternalSegmentAuthenticationStatusQueryRequest,
  ExternalSegmentAuthenticationStatusQueryResponse,
  ExternalSegmentConnectionPluginResponse,
  ExternalSegmentConnectionRequest,
  ExternalSegmentCreationPluginResponse,
  ExternalSegmentCreationRequest,
  ExternalSegmentDynamicPropertyValuesQueryRequest,
  ExternalSegmentDynamicPropertyValuesQueryResponse,
  ExternalSegmentLogoutRequest,
  ExternalSegmentLogoutResponse,
  ExternalSegmentTroubleshootRequest,
  ExternalSegmentTroubleshootResponse,
  FeedDestinationCredentials,
  IdentifyingResourceShape,
  IntProperty,
  LogLevel,
  NativeDataProperty,
  NativeImageProperty,
  NativeTitleProperty,
  PixelTagProperty,
  PluginProperty,
  PropertyOrigin,
  PropertyType,
  RealmType,
  RecommenderProperty,
  StringProperty,
  StyleSheetProperty,
  SyncResult,
  TenantCredentialsScheme,
  TestAuthenticationPluginResponse,
  TestAuthenticationRequest,
  TestAuthenticationStatus,
  UpdateType,
  UrlProperty,
  UserAccountIdentifierInfo,
  UserAgentIdentifierInfo,
  UserAgentIdentifierProviderResource,
  UserAgentIdentifierRealmSelectionResource,
  UserAgentIdMappingResource,
  UserDevicePointIdentifierInfo,
  UserDevicePointIdentifierTechnicalIdentifierResource,
  UserEmailIdentifierInfo,
  UserIdentifierInfo,
  UserPointIdentifierInfo,
  UserProfileInfo,
  UserSegmentUpdatePluginBatchDeliveryResponseData,
  UserSegmentUpdatePluginFileDeliveryResponseData,
  UserSegmentUpdatePluginResponse,
  UserSegmentUpdatePluginResponseStats,
  UserSegmentUpdateRequest,
  Visibility,
  WebDomainResource,
} from '@batchfeed/schemas';
export { BasePlugin } from './base-plugin.ts';
export type {
  AudienceSegmentexternalResourceResponse,
  AudienceSegmentResourceResponse,
  DeliveryType,
  ExternalSegmentTroubleshootAction,
  FeedDestinationCredentialsResponse,
  PluginPropertyResponse,
  TroubleshootActionFetchDestinationAudience,
  UserAgentIdentifierRealmSelectionResourcesResponse,
  UserIdentifierInfoType,
} from './compatible-types.ts';
export type { Credentials, PluginMetadata } from './environment.ts';
export {
  AudienceFeedConnectorBasePlugin,
  BatchedAudienceFeedConnectorBasePlugin,
} from './feed/audience-feed-plugin.ts';
export type { AudienceFeedConnectorBaseInstanceContext, HandlerCall } from './feed/hooks.ts';
export {
  AudienceFeedInstanceContextError,
  FileDownloadError,
  InvalidPropertyValueError,
  MandatoryPropertyValueError,
  MissingConfigurationPropertyError,
  MissingRealmError,
} from './feed/instance-context-errors.ts';
export {
  isWebDomainRealmFilter,
  type OtherRealmFilter,
  type RealmFilter,
  type WebDomainRealmFilter,
} from './feed/realm-filter.ts';
export { troubleshootActions as ExternalSegmentTroubleshootActions } from './feed/troubleshoot-actions.ts';
export type { StatusCodeError as ResponseError, Transport, TransportOptions } from './gateway/transport.ts';
export type { CustomHandler, CustomResponse } from './http/custom-route.ts';
export type { PluginApp } from './http/plugin-app.ts';
export { type LogFunction, type LogTransport, PluginLogger } from './logging/plugin-logger.ts';
export type { PluginOptions } from './options.ts';
export { PluginSdkError, type PluginSdkErrorCode, ResourceNotFoundError } from './plugin-sdk-error.ts';
export { PropertiesWrapper } from './properties-wrapper.ts';
export type {
  Compartment,
  DataListResponse,
  Datamart,
  DataResponse,
  PublicApiOptions,
  SimpleResponse,
  StatusCode,
} from './public-api.ts';
export { ProductionPluginRunner, type RunnerOptions } from './runners/production-plugin-runner.ts';
export { TestingPluginRunner } from './runners/testing-plugin-runner.ts';
