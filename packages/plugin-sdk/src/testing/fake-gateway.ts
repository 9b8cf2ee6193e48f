import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  AudienceSegmentExternalFeedResource,
  FeedDestinationCredentials,
  PluginProperty,
} from '@batchfeed/schemas';
import type { StatusCodeError, TransportOptions } from '../gateway/transport.ts';

/** One call the gateway received. `query` and `body` are what was sent. */
export interface GatewayCall {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  /** The worker id and token it came with. */
  user: string | undefined;
  password: string | undefined;
}

interface GatewayAnswer {
  status: number;
  body: unknown;
}

type Handler = (match: string[], call: GatewayCall) => GatewayAnswer;

const ok = (data: unknown): GatewayAnswer => ({ status: 200, body: { status: 'ok', data } });
const okList = (data: unknown[]): GatewayAnswer => ({ status: 200, body: { status: 'ok', count: data.length, data } });
const notFound: GatewayAnswer = { status: 404, body: { status: 'error', error: 'Resource not found' } };

/** A property as the gateway gives it, of type STRING unless told otherwise. */
export const stringProperty = (technical_name: string, value: string): PluginProperty => ({
  technical_name,
  property_type: 'STRING',
  value: { value },
  origin: 'INSTANCE',
  writable: true,
  deletable: true,
});

/**
 * The platform's gateway, for tests: it knows the feeds, files and credentials it was given, answers 404 for the rest,
 * and remembers every call. In memory as a plugin's transport (`gateway.transport`), or over HTTP (`await
 * gateway.listen()`) for a plugin in a process of its own.
 */
export class FakeGateway {
  readonly calls: GatewayCall[] = [];
  /** Milliseconds every answer takes. */
  delayMs = 0;
  /** Answer everything with this status instead. */
  failWith: number | undefined;
  /** Never answer. */
  hangs = false;
  readonly #feeds = new Map<string, { feed: AudienceSegmentExternalFeedResource; properties: PluginProperty[] }>();
  readonly #credentials = new Map<string, FeedDestinationCredentials>();
  readonly #files = new Map<string, Buffer>();
  #server: Server | undefined;

  /** Adds a feed, or replaces it. Properties given as text are of type STRING. */
  setFeed(feedId: string, properties: readonly PluginProperty[] | Readonly<Record<string, string>> = {}): this {
    const list = Array.isArray(properties)
      ? [...(properties as PluginProperty[])]
      : Object.entries(properties as Record<string, string>).map(([name, value]) => stringProperty(name, value));
    const feed = {
      id: feedId,
      plugin_id: '1',
      organisation_id: '1',
      group_id: 'com.example.audience-feed',
      artifact_id: 'example',
      version_id: '1',
    };
    this.#feeds.set(feedId, { feed, properties: list });
    return this;
  }

  setCredentials(destinationId: string, credentials: FeedDestinationCredentials): this {
    this.#credentials.set(destinationId, credentials);
    return this;
  }

  setFile(name: string, content: string | Buffer): this {
    this.#files.set(name, Buffer.from(content));
    return this;
  }

  /** To be used as a plugin's `_transport`. */
  readonly transport = async (options: TransportOptions): Promise<unknown> => {
    const url = new URL(options.uri);
    const { status, body } = await this.#answer({
      method: options.method,
      path: url.pathname,
      query: { ...Object.fromEntries(url.searchParams), ...(options.qs as Record<string, string> | undefined) },
      body: options.body,
      user: options.auth?.user,
      password: options.auth?.pass,
    });
    if (status < 300) return body;
    const error: StatusCodeError = {
      name: 'StatusCodeError',
      response: { statusCode: status, statusMessage: '', body },
    };
    throw error;
  };

  /** Serves it on this machine; give `host` and `port` to the plugin as GATEWAY_HOST and GATEWAY_PORT. */
  async listen(): Promise<{ host: string; port: number }> {
    const server = createServer((request, response) => {
      void readCall(request).then(async (call) => {
        const { status, body } = await this.#answer(call);
        const binary = Buffer.isBuffer(body);
        response.writeHead(status, { 'content-type': binary ? 'application/octet-stream' : 'application/json' });
        response.end(binary ? body : JSON.stringify(body));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  readonly #routes: readonly (readonly [pattern: RegExp, handler: Handler])[] = [
    [/^\/v1\/audience_segment_external_feeds\/([^/]+)$/, ([id]) => this.#feed(id, ({ feed }) => ok(feed))],
    [
      /^\/v1\/audience_segment_external_feeds\/([^/]+)\/properties(?:\/technical_name=(.+))?$/,
      ([id], { method, body }) => this.#feed(id, ({ properties }) => setProperty(properties, method, body)),
    ],
    [
      /^\/v1\/audience_segment_external_feeds\/([^/]+)\/audience_segment$/,
      ([id]) => this.#feed(id, () => ok({ id: '1', name: 'A segment', datamart_id: '1', organisation_id: '1' })),
    ],
    [/^\/v1\/feed_destinations\/([^/]+)\/credentials$/, ([id], call) => this.#destination(id!, call)],
    [/^\/v1\/configuration\/technical_name=(.+)$/, ([name], call) => this.#file(name!, call)],
    [/^\/v1\/data_file\/data$/, (_match, call) => this.#file(call.query.uri ?? '', call)],
    [/^\/v1\/datamarts\/([^/]+)\/user_agent_identifier_realm_selections$/, () => okList([])],
  ];

  async #answer(call: GatewayCall): Promise<GatewayAnswer> {
    this.calls.push(call);
    if (this.hangs) return new Promise(() => {});
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (this.failWith !== undefined) return { status: this.failWith, body: { status: 'error', error: 'told to fail' } };
    for (const [pattern, handler] of this.#routes) {
      const match = pattern.exec(call.path);
      if (match !== null)
        return handler(
          match.slice(1).map((part) => decodeURIComponent(part ?? '')),
          call,
        );
    }
    return notFound;
  }

  #feed(
    id: string | undefined,
    answer: (known: { feed: AudienceSegmentExternalFeedResource; properties: PluginProperty[] }) => GatewayAnswer,
  ): GatewayAnswer {
    const known = this.#feeds.get(id ?? '');
    return known === undefined ? notFound : answer(known);
  }

  #destination(id: string, { method, body }: GatewayCall): GatewayAnswer {
    if (method !== 'GET') this.#credentials.set(id, body as FeedDestinationCredentials);
    const credentials = this.#credentials.get(id);
    return credentials === undefined ? notFound : ok(credentials);
  }

  #file(name: string, { method, body }: GatewayCall): GatewayAnswer {
    if (method === 'PUT') this.#files.set(name, Buffer.from(body as Buffer));
    const file = this.#files.get(name);
    return file === undefined ? notFound : { status: 200, body: file };
  }
}

const setProperty = (properties: PluginProperty[], method: string, body: unknown): GatewayAnswer => {
  if (method === 'GET') return okList(properties);
  const property = body as PluginProperty;
  const index = properties.findIndex(({ technical_name }) => technical_name === property.technical_name);
  if (index === -1) properties.push(property);
  else properties[index] = property;
  return okList(properties);
};

const readCall = async (request: IncomingMessage): Promise<GatewayCall> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://gateway');
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [user, password] = Buffer.from(basic, 'base64').toString().split(/:(.*)/s);
  const bytes = Buffer.concat(chunks);
  const isJson = request.headers['content-type']?.includes('json') === true;
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: isJson ? JSON.parse(bytes.toString()) : bytes,
    user,
    password,
  };
};
