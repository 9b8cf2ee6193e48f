import type {
  AudienceSegmentExternalFeedResource,
  AudienceSegmentResource,
  ExternalSegmentTroubleshootRequest,
  FeedDestinationCredentials,
  PluginProperty,
  UserAgentIdentifierRealmSelectionResource,
  UserIdentifierInfo,
  UserSegmentUpdatePluginBatchDeliveryResponseData,
  UserSegmentUpdatePluginFileDeliveryResponseData,
} from '@batchfeed/schemas';
import type { DataListResponse, DataResponse } from './public-api.ts';

/** Names of the official SDK for shapes that are combinations of others. */

export type UserIdentifierInfoType = UserIdentifierInfo['type'];
export type ExternalSegmentTroubleshootAction = ExternalSegmentTroubleshootRequest['action'];
export type TroubleshootActionFetchDestinationAudience = ExternalSegmentTroubleshootRequest & {
  action: 'FETCH_DESTINATION_AUDIENCE';
};
export type DeliveryType<T> =
  | UserSegmentUpdatePluginFileDeliveryResponseData
  | UserSegmentUpdatePluginBatchDeliveryResponseData<T>;
export type AudienceSegmentexternalResourceResponse = DataResponse<AudienceSegmentExternalFeedResource>;
export type AudienceSegmentResourceResponse = DataResponse<AudienceSegmentResource>;
export type FeedDestinationCredentialsResponse = DataResponse<FeedDestinationCredentials>;
export type PluginPropertyResponse = DataListResponse<PluginProperty>;
export type UserAgentIdentifierRealmSelectionResourcesResponse =
  DataListResponse<UserAgentIdentifierRealmSelectionResource>;
