/**
 * The base class of audience-feed plugins. One file, long as it is: what a plugin may override has to stand in one class, as in the official
 * SDK, and most of the lines are the signatures of those hooks.
 */
import type {
  AudienceFeedBatchContext,
  AudienceSegmentExternalFeedResource,
  AudienceSegmentResource,
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
  PluginProperty,
  TestAuthenticationPluginResponse,
  TestAuthenticationRequest,
  UserAgentIdentifierRealmSelectionResource,
  UserSegmentUpdatePluginResponse,
  UserSegmentUpdateRequest,
} from '@batchfeed/schemas';
import { BasePlugin, undefinedIfNotFound } from '../base-plugin.ts';
import { pathSegment } from '../gateway/path-segment.ts';
import { failure } from '../http/answer.ts';
import type { PluginOptions } from '../options.ts';
import { PluginSdkError } from '../plugin-sdk-error.ts';
import { PropertiesWrapper } from '../properties-wrapper.ts';
import type { DataListResponse, DataResponse } from '../public-api.ts';
import { keySeparator, SingleFlightCache } from '../single-flight-cache.ts';
import type { DeliveryType } from './answer-checks.ts';
import { feedRoutes } from './feed-routes.ts';
import type { AudienceFeedConnectorBaseInstanceContext, FeedHooks, HandlerCall, HookName } from './hooks.ts';
import { MissingRealmError } from './instance-context-errors.ts';
import { matchesRealm, type RealmFilter } from './realm-filter.ts';
import { type ServedPlugin, serveFeedRoute } from './serve-feed-route.ts';

type Context = AudienceFeedConnectorBaseInstanceContext;

const noBatching = "Plugin doesn't support batch update";

/**
 * Longer than most files because it is the surface plugins override and call: one short method a handler or helper.
 * What happens between a request and a handler is in `serve-feed-route.ts`, the routes themselves in `feed-routes.ts`.
 */
abstract class GenericAudienceFeedConnectorBasePlugin<
  Response extends BatchedUserSegmentUpdatePluginResponse<unknown> | UserSegmentUpdatePluginResponse,
> extends BasePlugin<Context> {
  readonly #destinationCredentials = new SingleFlightCache<FeedDestinationCredentials | undefined>();

  constructor(options?: boolean | PluginOptions) {
    super(options);
    const clearContexts = this.pluginCache.clear.bind(this.pluginCache);
    this.pluginCache.clear = () => {
      clearContexts();
      this.#destinationCredentials.clear();
    };
    this.#addRoutes();
  }

  // --- what a plugin implements

  /** Creates the segment at the partner. Called on activation, with a context read anew. */
  protected abstract onExternalSegmentCreation(
    request: ExternalSegmentCreationRequest,
    instanceContext: Context,
    credentials?: FeedDestinationCredentials,
    call?: HandlerCall,
  ): Promise<ExternalSegmentCreationPluginResponse>;

  /** Checks that the segment at the partner takes users. Called on activation, after the creation. */
  protected abstract onExternalSegmentConnection(
    request: ExternalSegmentConnectionRequest,
    instanceContext: Context,
    credentials?: FeedDestinationCredentials,
    call?: HandlerCall,
  ): Promise<ExternalSegmentConnectionPluginResponse>;

  /** Turns one user point entering or leaving the segment into what is to be delivered. */
  protected abstract onUserSegmentUpdate(
    request: UserSegmentUpdateRequest,
    instanceContext: Context,
    credentials?: FeedDestinationCredentials,
    call?: HandlerCall,
  ): Promise<Response>;

  // --- what a plugin may implement

  protected onTroubleshoot(
    _request: ExternalSegmentTroubleshootRequest,
    _instanceContext: Context,
    _credentials?: FeedDestinationCredentials,
    _call?: HandlerCall,
  ): Promise<ExternalSegmentTroubleshootResponse> {
    return Promise.resolve({ status: 'not_implemented' });
  }

  protected onAuthenticationStatusQuery(
    _request: ExternalSegmentAuthenticationStatusQueryRequest,
    _credentials?: FeedDestinationCredentials,
    _call?: HandlerCall,
  ): Promise<ExternalSegmentAuthenticationStatusQueryResponse> {
    return Promise.resolve({ status: 'not_implemented' });
  }

  /** With a `feed_destination_id`, must return the `refresh_token`: the SDK stores it at the destination. */
  protected onAuthentication(
    _request: ExternalSegmentAuthenticationRequest,
    _credentials?: FeedDestinationCredentials,
    _call?: HandlerCall,
  ): Promise<ExternalSegmentAuthenticationResponse> {
    return Promise.resolve({ status: 'not_implemented' });
  }

  protected onLogout(
    _request: ExternalSegmentLogoutRequest,
    _credentials?: FeedDestinationCredentials,
    _call?: HandlerCall,
  ): Promise<ExternalSegmentLogoutResponse> {
    return Promise.resolve({ status: 'not_implemented' });
  }

  protected onDynamicPropertyValuesQuery(
    _request: ExternalSegmentDynamicPropertyValuesQueryRequest,
    _credentials?: FeedDestinationCredentials,
    _call?: HandlerCall,
  ): Promise<ExternalSegmentDynamicPropertyValuesQueryResponse> {
    return Promise.resolve({ status: 'not_implemented' });
  }

  protected onTestAuthentication(
    _request: TestAuthenticationRequest,
    _credentials: FeedDestinationCredentials,
    _call?: HandlerCall,
  ): Promise<TestAuthenticationPluginResponse> {
    return Promise.resolve({ status: 'not_implemented' });
  }

  /** The `login_url` must carry the request's `feed_destination_id` as a query parameter of that name. */
  protected onCreateOAuthRedirectUrl(
    _request: CreateOAuthRedirectUrlRequest,
    _credentials?: FeedDestinationCredentials,
    _call?: HandlerCall,
  ): Promise<CreateOAuthRedirectUrlPluginResponse> {
    return Promise.reject(new PluginSdkError('unsupported', 'onCreateOAuthRedirectUrl is not implemented.'));
  }

  /** What handlers know of a feed. Override it, call `super.instanceContextBuilder`, and add what the plugin needs. */
  protected async instanceContextBuilder(feedId: string, _credentials?: FeedDestinationCredentials): Promise<Context> {
    const [feed, properties] = await Promise.all([
      this.fetchAudienceFeed(feedId),
      this.fetchAudienceFeedProperties(feedId),
    ]);
    return { feed, feedProperties: new PropertiesWrapper(properties) };
  }

  /** A feed's context: built once however many calls wait for it, kept as long as the cache says. */
  protected getInstanceContext(feedId: string, forceRefresh = false, destinationId?: string): Promise<Context> {
    const key = destinationId === undefined ? feedId : feedId + keySeparator + destinationId;
    if (!forceRefresh) {
      const known = this.pluginCache.get(key);
      if (known !== undefined) return known;
    } else {
      this.pluginCache.del(feedId);
    }
    const build = async () =>
      this.instanceContextBuilder(
        feedId,
        destinationId === undefined ? undefined : await this.getFeedDestinationCredentials(destinationId),
      );
    return this.pluginCache.load(key, build, {
      ttlMs: this.getInstanceContextCacheExpiration(),
      failureTtlMs: this.options.failureCacheMs,
      timeoutMs: this.options.handlerTimeoutMs,
      refresh: forceRefresh,
    });
  }

  // --- the gateway

  async fetchAudienceFeed(feedId: string): Promise<AudienceSegmentExternalFeedResource> {
    return this.#data('GET', this.#feedUrl(feedId));
  }

  async fetchAudienceSegment(feedId: string): Promise<AudienceSegmentResource> {
    return this.#data('GET', `${this.#feedUrl(feedId)}/audience_segment`);
  }

  async fetchAudienceFeedProperties(feedId: string): Promise<PluginProperty[]> {
    return this.#data('GET', `${this.#feedUrl(feedId)}/properties`);
  }

  async createAudienceFeedProperties(feedId: string, property: PluginProperty): Promise<PluginProperty[]> {
    return this.#data('POST', `${this.#feedUrl(feedId)}/properties`, property);
  }

  async updateAudienceFeedProperties(feedId: string, property: PluginProperty): Promise<PluginProperty[]> {
    const name = pathSegment(property.technical_name);
    return this.#data('PUT', `${this.#feedUrl(feedId)}/properties/technical_name=${name}`, property);
  }

  /** A destination's credentials, asked of the gateway now. @throws ResourceNotFoundError when it has none */
  async fetchFeedDestinationCredentials(destinationId: string): Promise<FeedDestinationCredentials> {
    return this.#data('GET', this.#destinationUrl(destinationId));
  }

  /** The same, undefined when it has none. */
  async fetchFeedDestinationCredentialsOptional(
    destinationId: string,
  ): Promise<FeedDestinationCredentials | undefined> {
    return undefinedIfNotFound(this.fetchFeedDestinationCredentials(destinationId));
  }

  /** The same, kept as long as an instance context, until they are changed through this plugin. */
  getFeedDestinationCredentials(destinationId: string): Promise<FeedDestinationCredentials | undefined> {
    return this.#destinationCredentials.load(
      destinationId,
      () => this.fetchFeedDestinationCredentialsOptional(destinationId),
      {
        ttlMs: this.getInstanceContextCacheExpiration(),
        failureTtlMs: this.options.failureCacheMs,
        timeoutMs: this.options.handlerTimeoutMs,
      },
    );
  }

  /** Stores a destination's credentials and forgets what was built with the ones before. */
  async upsertFeedDestinationCredentials(
    destinationId: string,
    credentials: FeedDestinationCredentials,
  ): Promise<FeedDestinationCredentials> {
    try {
      return await this.#data('POST', this.#destinationUrl(destinationId), credentials);
    } finally {
      this.#forgetCredentials(destinationId);
    }
  }

  /** A datamart's user agent identifier realms. With an API token first, from the public API as older versions did. */
  fetchUserAgentIdentifierRealms(datamartId: string): Promise<UserAgentIdentifierRealmSelectionResource[]>;
  fetchUserAgentIdentifierRealms(
    apiToken: string,
    datamartId: string,
  ): Promise<UserAgentIdentifierRealmSelectionResource[]>;
  async fetchUserAgentIdentifierRealms(
    first: string,
    second?: string,
  ): Promise<UserAgentIdentifierRealmSelectionResource[]> {
    const path = `/v1/datamarts/${pathSegment(second ?? first)}/user_agent_identifier_realm_selections`;
    if (second === undefined) return this.#data('GET', `${this.outboundPlatformUrl}${path}`);
    const answer = await this.requestPublicMicsApiHelper<DataListResponse<UserAgentIdentifierRealmSelectionResource>>(
      first,
      { method: 'GET', uri: `https://api.mediarithmics.com${path}`, json: true },
    );
    return answer.data;
  }

  /** True when the datamart has the realm. @throws MissingRealmError when it has not */
  checkUserAgentIdentifierRealm(datamartId: string, filter: RealmFilter): Promise<boolean>;
  checkUserAgentIdentifierRealm(apiToken: string, datamartId: string, filter: RealmFilter): Promise<boolean>;
  async checkUserAgentIdentifierRealm(
    ...args: [datamartId: string, filter: RealmFilter] | [apiToken: string, datamartId: string, filter: RealmFilter]
  ): Promise<boolean> {
    const [datamartId, filter] = args.length === 2 ? args : [args[1], args[2]];
    const realms = await (args.length === 2
      ? this.fetchUserAgentIdentifierRealms(datamartId)
      : this.fetchUserAgentIdentifierRealms(args[0], datamartId));
    if (!realms.some((realm) => matchesRealm(realm, filter))) throw new MissingRealmError(datamartId, filter);
    return true;
  }

  // --- between the routes and the above

  /** What `onUserSegmentUpdate` delivers. A method, not a field: it is asked for while the plugin is constructed. */
  protected deliveryType(): DeliveryType {
    return 'FILE_DELIVERY';
  }

  /** Only plugins that batch are asked to. */
  protected handleBatch(
    _request: BatchUpdateRequest<AudienceFeedBatchContext, unknown>,
    _context: Context,
    _credentials: FeedDestinationCredentials | undefined,
    _call: HandlerCall,
  ): Promise<BatchUpdatePluginResponse> {
    return Promise.reject(new PluginSdkError('unsupported', noBatching));
  }

  #addRoutes(): void {
    const plugin = this.#served();
    const add = <Hook extends HookName>(hook: Hook) => {
      const route = feedRoutes[hook];
      const options = { sheds: true, ...(route.busy !== undefined && { busy: route.busy }) };
      this.app.route('POST', route.path, serveFeedRoute(plugin, hook, route), options);
    };
    for (const hook of Object.keys(feedRoutes) as HookName[]) add(hook);
    if (plugin.delivery === 'FILE_DELIVERY') {
      this.app.route('POST', feedRoutes.onBatchUpdate.path, () => failure(500, noBatching));
    }
  }

  /** Every handler by name: one that is missing here does not compile. */
  #hooks(): FeedHooks {
    return {
      onExternalSegmentCreation: (...args) => this.onExternalSegmentCreation(...args),
      onExternalSegmentConnection: (...args) => this.onExternalSegmentConnection(...args),
      onUserSegmentUpdate: (...args) => this.onUserSegmentUpdate(...args),
      onBatchUpdate: (...args) => this.handleBatch(...args),
      onTroubleshoot: (...args) => this.onTroubleshoot(...args),
      onAuthenticationStatusQuery: (...args) => this.onAuthenticationStatusQuery(...args),
      onAuthentication: (...args) => this.onAuthentication(...args),
      onLogout: (...args) => this.onLogout(...args),
      onDynamicPropertyValuesQuery: (...args) => this.onDynamicPropertyValuesQuery(...args),
      // The route requires credentials, so they are there.
      onTestAuthentication: (request, credentials, call) => this.onTestAuthentication(request, credentials!, call),
      onCreateOAuthRedirectUrl: (...args) => this.onCreateOAuthRedirectUrl(...args),
    };
  }

  #served(): ServedPlugin {
    return {
      hooks: this.#hooks(),
      delivery: this.deliveryType(),
      logger: this.logger,
      handlerTimeoutMs: this.options.handlerTimeoutMs,
      isReady: () => this.httpIsReady(),
      instanceContext: (feedId, refresh, destinationId) => this.getInstanceContext(feedId, refresh, destinationId),
      knownCredentials: (destinationId) => this.getFeedDestinationCredentials(destinationId),
      currentCredentials: (destinationId) => this.fetchFeedDestinationCredentials(destinationId),
      upsertFeedDestinationCredentials: (id, credentials) => this.upsertFeedDestinationCredentials(id, credentials),
      forgetCredentials: (destinationId) => this.#forgetCredentials(destinationId),
      redact: (message) => this.redactor.text(message),
      observeBatch: (lines) => this.metrics.observeBatch(lines),
    };
  }

  #forgetCredentials(destinationId: string): void {
    this.#destinationCredentials.del(destinationId);
    this.pluginCache.delDestination(destinationId);
  }

  #feedUrl(feedId: string): string {
    return `${this.outboundPlatformUrl}/v1/audience_segment_external_feeds/${pathSegment(feedId)}`;
  }

  #destinationUrl(destinationId: string): string {
    return `${this.outboundPlatformUrl}/v1/feed_destinations/${pathSegment(destinationId)}/credentials`;
  }

  /** The `data` of a gateway answer, whatever it is: an answer that is none gives undefined. */
  async #data<T>(method: string, url: string, body?: unknown): Promise<T> {
    const answer = await this.requestGatewayHelper<DataResponse<T> | undefined>(method, url, body);
    return answer?.data as T;
  }
}

/**
 * A plugin whose lines travel in batches: `onUserSegmentUpdate` answers with lines of type `T`, `onBatchUpdate` sends
 * many of them to the partner at once.
 */
export abstract class BatchedAudienceFeedConnectorBasePlugin<T> extends GenericAudienceFeedConnectorBasePlugin<
  BatchedUserSegmentUpdatePluginResponse<T>
> {
  /**
   * Sends one batch to the partner. The same batch may come again (`call.idempotencyKey` is then the same), so sending
   * it twice must do no harm.
   */
  protected abstract onBatchUpdate(
    request: BatchUpdateRequest<AudienceFeedBatchContext, T>,
    instanceContext: Context,
    credentials?: FeedDestinationCredentials,
    call?: HandlerCall,
  ): Promise<BatchUpdatePluginResponse>;

  protected override deliveryType(): DeliveryType {
    return 'BATCH_DELIVERY';
  }

  protected override handleBatch(
    request: BatchUpdateRequest<AudienceFeedBatchContext, unknown>,
    context: Context,
    credentials: FeedDestinationCredentials | undefined,
    call: HandlerCall,
  ): Promise<BatchUpdatePluginResponse> {
    // The lines are what this plugin's own onUserSegmentUpdate answered.
    return this.onBatchUpdate(request as BatchUpdateRequest<AudienceFeedBatchContext, T>, context, credentials, call);
  }
}

/** A plugin that sends every update itself, or has its lines written to files. */
export abstract class AudienceFeedConnectorBasePlugin extends GenericAudienceFeedConnectorBasePlugin<UserSegmentUpdatePluginResponse> {}
