import type {
  AudienceFeedBatchContext,
  AudienceSegmentExternalFeedResource,
  BatchedUserSegmentUpdatePluginResponse,
  BatchUpdatePluginResponse,
  BatchUpdateRequest,
  CreateOAuthRedirectUrlPluginResponse,
  CreateOAuthRedirectUrlRequest,
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
  TestAuthenticationPluginResponse,
  TestAuthenticationRequest,
  UserSegmentUpdatePluginResponse,
  UserSegmentUpdateRequest,
} from '@batchfeed/schemas';
import type { PropertiesWrapper } from '../properties-wrapper.ts';

/** What a plugin knows of the feed a call is for. Plugins extend it in their `instanceContextBuilder`. */
export interface AudienceFeedConnectorBaseInstanceContext {
  feed: AudienceSegmentExternalFeedResource;
  feedProperties: PropertiesWrapper;
}

/** The call a handler is running for: the last argument of every handler, beyond what the official SDK passes. */
export interface HandlerCall {
  /** Aborted when the handler's time is up; pass it to the HTTP calls it makes. */
  readonly signal: AbortSignal;
  /** The same on every attempt of a batch. */
  readonly idempotencyKey: string | undefined;
}

type Context = AudienceFeedConnectorBaseInstanceContext;
type Credentials = FeedDestinationCredentials | undefined;

/** With the feed's context: called for one feed. */
type FeedHook<Request, Response> = (
  request: Request,
  context: Context,
  credentials: Credentials,
  call: HandlerCall,
) => Promise<Response>;

/** Without one: called before there is a feed, or for a destination. */
type PlainHook<Request, Response> = (
  request: Request,
  credentials: Credentials,
  call: HandlerCall,
) => Promise<Response>;

/** Every handler a plugin may have. Each has exactly one route; see `feedRoutes`. */
export interface FeedHooks {
  onExternalSegmentCreation: FeedHook<ExternalSegmentCreationRequest, ExternalSegmentCreationPluginResponse>;
  onExternalSegmentConnection: FeedHook<ExternalSegmentConnectionRequest, ExternalSegmentConnectionPluginResponse>;
  onUserSegmentUpdate: FeedHook<
    UserSegmentUpdateRequest,
    BatchedUserSegmentUpdatePluginResponse<unknown> | UserSegmentUpdatePluginResponse
  >;
  onBatchUpdate: FeedHook<BatchUpdateRequest<AudienceFeedBatchContext, unknown>, BatchUpdatePluginResponse>;
  onTroubleshoot: FeedHook<ExternalSegmentTroubleshootRequest, ExternalSegmentTroubleshootResponse>;
  onAuthenticationStatusQuery: PlainHook<
    ExternalSegmentAuthenticationStatusQueryRequest,
    ExternalSegmentAuthenticationStatusQueryResponse
  >;
  onAuthentication: PlainHook<ExternalSegmentAuthenticationRequest, ExternalSegmentAuthenticationResponse>;
  onLogout: PlainHook<ExternalSegmentLogoutRequest, ExternalSegmentLogoutResponse>;
  onDynamicPropertyValuesQuery: PlainHook<
    ExternalSegmentDynamicPropertyValuesQueryRequest,
    ExternalSegmentDynamicPropertyValuesQueryResponse
  >;
  onTestAuthentication: PlainHook<TestAuthenticationRequest, TestAuthenticationPluginResponse>;
  onCreateOAuthRedirectUrl: PlainHook<CreateOAuthRedirectUrlRequest, CreateOAuthRedirectUrlPluginResponse>;
}

export type HookName = keyof FeedHooks;
export type RequestOf<Hook extends HookName> = Parameters<FeedHooks[Hook]>[0];
export type ResponseOf<Hook extends HookName> = Awaited<ReturnType<FeedHooks[Hook]>>;
