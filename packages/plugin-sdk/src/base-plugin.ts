import { type Credentials, type PluginMetadata, readCredentials, readGateway, readMetadata } from './environment.ts';
import { gatewayCall } from './gateway/gateway-call.ts';
import { httpTransport } from './gateway/http-transport.ts';
import { pathSegment } from './gateway/path-segment.ts';
import type { Transport, TransportOptions } from './gateway/transport.ts';
import { createPluginApp, type PluginApp } from './http/plugin-app.ts';
import { PluginLogger } from './logging/plugin-logger.ts';
import { Redactor } from './logging/redact.ts';
import { PluginMetrics } from './metrics.ts';
import { type PluginOptions, resolveOptions } from './options.ts';
import { ResourceNotFoundError } from './plugin-sdk-error.ts';
import type { Compartment, DataListResponse, Datamart, PublicApiOptions } from './public-api.ts';
import { SingleFlightCache } from './single-flight-cache.ts';
import { addTechnicalRoutes } from './technical-routes.ts';

const publicApiUrl = 'https://api.mediarithmics.com';

/**
 * What every plugin has: its routes for supervision, its logger, and helpers that call the platform's gateway with the
 * plugin's credentials. Types of plugins extend it; see `BatchedAudienceFeedConnectorBasePlugin`.
 *
 * Throws on construction when `PLUGIN_WORKER_ID` or `PLUGIN_AUTHENTICATION_TOKEN` is not in the environment.
 */
export abstract class BasePlugin<CacheValue = unknown> {
  /** Set in a worker of a plugin that runs in several processes. */
  multiThread = false;
  /** Milliseconds an instance context is kept, before up to a tenth is added so that not all expire at once. */
  INSTANCE_CONTEXT_CACHE_EXPIRATION = 600_000;
  /** Instance contexts by feed id. Clearing it forgets credentials too. */
  readonly pluginCache: SingleFlightCache<CacheValue> = new SingleFlightCache();
  readonly gatewayHost: string;
  readonly gatewayPort: number;
  readonly outboundPlatformUrl: string;
  /** The plugin as a request handler: `http.createServer(plugin.app)`. */
  readonly app: PluginApp;
  readonly logger: PluginLogger;
  readonly credentials: Credentials;
  /** Carries every call to the gateway. Tests put their own function here; it is read again for each call. */
  _transport: Transport = httpTransport;
  /** Whether calls are turned away with 429 while the event loop is late. */
  enableThrottling: boolean;
  protected readonly options: Required<PluginOptions>;
  protected readonly redactor = new Redactor();
  protected readonly metrics = new PluginMetrics();

  constructor(options?: boolean | PluginOptions) {
    this.options = resolveOptions(options);
    this.enableThrottling = this.options.throttling;
    const gateway = readGateway();
    this.gatewayHost = gateway.host;
    this.gatewayPort = gateway.port;
    this.outboundPlatformUrl = `http://${gateway.host}:${gateway.port}`;
    this.credentials = readCredentials();
    this.redactor.setSecrets(secretsOf(this.credentials));
    this.logger = new PluginLogger(this.redactor);
    this.app = createPluginApp({
      maxBodyBytes: this.options.maxBodyBytes,
      maxEventLoopDelayMs: this.options.maxEventLoopDelayMs,
      throttles: () => this.enableThrottling,
      onAnswer: (method, path, status, seconds) => this.metrics.observeCall(method, path, status, seconds),
      onFailure: (route, error) => this.logger.error(`${route} failed`, { route, error }),
      onRefusal: (route, { status, text }) => {
        const { message } = JSON.parse(text) as { message: string };
        this.logger.warn(`${route} was refused: ${message}`, { route, status });
      },
    });
    addTechnicalRoutes(this.app, {
      metrics: this.metrics,
      isReady: () => this.httpIsReady(),
      metadata: () => this.getMetadata(),
      level: () => this.logger.level,
      setLevel: (level) => this.changeLogLevel(level),
    });
  }

  /** Milliseconds the next instance context is kept. */
  getInstanceContextCacheExpiration(): number {
    return this.INSTANCE_CONTEXT_CACHE_EXPIRATION * (1 + 0.1 * Math.random());
  }

  /** What `GET /v1/metadata` answers. */
  getMetadata(): PluginMetadata {
    return readMetadata();
  }

  /** Changes the level of the log: one of error, warn, info, http, verbose, debug and silly, in any case. */
  onLogLevelUpdate(level: string): void {
    this.logger.level = level.toLowerCase();
  }

  /** Replaces the credentials the gateway is called with. */
  onInitRequest(credentials: Credentials): void {
    Object.assign(this.credentials, credentials);
    this.redactor.setSecrets(secretsOf(this.credentials));
    this.logger.info('The credentials were replaced.');
  }

  /** For subclasses that have something to do when they start. */
  start(): void {}

  /**
   * Calls the gateway with the plugin's credentials and gives the body of its answer, parsed where it is JSON.
   *
   * @param uri the full URL, without the query
   * @param qs query parameters
   * @param isJson send and expect JSON; true by default
   * @param isBinary give the bytes of the answer
   * @throws ResourceNotFoundError on 404; PluginSdkError on any other refusal, a timeout or no connection
   */
  async requestGatewayHelper<T>(
    method: string,
    uri: string,
    body?: unknown,
    qs?: unknown,
    isJson?: boolean,
    isBinary?: boolean,
  ): Promise<T> {
    const options: TransportOptions = {
      method,
      uri,
      auth: {
        user: this.credentials.worker_id,
        pass: this.credentials.authentication_token,
        sendImmediately: true,
      },
      body,
      qs,
      json: isJson ?? true,
      encoding: isBinary === true ? null : undefined,
      proxy: false,
    };
    return gatewayCall<T>(this._transport, options, this.options.gatewayTimeoutMs);
  }

  /** Calls the platform's public API with an API token. */
  async requestPublicMicsApiHelper<T>(apiToken: string, options: PublicApiOptions): Promise<T> {
    const withToken = { ...options, headers: { ...options.headers, Authorization: apiToken }, proxy: false as const };
    return gatewayCall<T>(this._transport, withToken, this.options.gatewayTimeoutMs);
  }

  /** The bytes of a data file, by its `mics://` URI. */
  fetchDataFile(uri: string): Promise<Buffer> {
    return this.requestGatewayHelper(
      'GET',
      `${this.outboundPlatformUrl}/v1/data_file/data`,
      undefined,
      { uri },
      false,
      true,
    );
  }

  /** The bytes of a configuration file. @throws ResourceNotFoundError when there is none of that name */
  async fetchConfigurationFile(fileName: string): Promise<Buffer> {
    return this.requestGatewayHelper('GET', this.#configurationUrl(fileName), undefined, undefined, false, true);
  }

  /** The bytes of a configuration file, undefined when there is none of that name. */
  async fetchConfigurationFileOptional(fileName: string): Promise<Buffer | undefined> {
    return undefinedIfNotFound(this.fetchConfigurationFile(fileName));
  }

  /** Writes a configuration file. */
  async upsertConfigurationFile(fileName: string, content: Buffer): Promise<void> {
    await this.requestGatewayHelper('PUT', this.#configurationUrl(fileName), content, undefined, false, true);
  }

  /** An organisation's datamarts, from the public API. */
  async fetchDatamarts(apiToken: string, organisationId: string): Promise<DataListResponse<Datamart>> {
    return this.requestPublicMicsApiHelper(apiToken, {
      method: 'GET',
      uri: `${publicApiUrl}/v1/datamarts`,
      qs: { organisation_id: organisationId, allow_administrator: 'false' },
      json: true,
    });
  }

  /** A datamart's compartments, from the public API. */
  async fetchDatamartCompartments(apiToken: string, datamartId: string): Promise<DataListResponse<Compartment>> {
    return this.requestPublicMicsApiHelper(apiToken, {
      method: 'GET',
      uri: `${publicApiUrl}/v1/datamarts/${pathSegment(datamartId)}/user_account_compartments`,
      json: true,
    });
  }

  /** Whether the plugin has the credentials it needs to work. */
  protected httpIsReady(): boolean {
    return Boolean(this.credentials.worker_id && this.credentials.authentication_token);
  }

  /** In a worker the level is changed in all processes, by way of the one that started them. */
  protected changeLogLevel(level: string): void {
    this.onLogLevelUpdate(level);
    if (this.multiThread) process.send?.({ batchfeed: 'log_level', level });
  }

  #configurationUrl(fileName: string): string {
    return `${this.outboundPlatformUrl}/v1/configuration/technical_name=${pathSegment(fileName)}`;
  }
}

const secretsOf = (credentials: Credentials): string[] => [credentials.authentication_token, credentials.worker_id];

/** Turns "not found" into undefined and leaves every other failure. */
export const undefinedIfNotFound = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ResourceNotFoundError) return undefined;
    throw error;
  }
};
