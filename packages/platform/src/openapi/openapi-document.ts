import { errorWrapperSchema, updateLineSchema } from '@batchfeed/schemas';
import { z } from 'zod';
import { gatewayOperationNames } from './gateway-operation-names.ts';
import { operationNames } from './operation-names.ts';

/** A route as it was registered. */
export interface DocumentedRoute {
  readonly method: string;
  /** Like `/v1/plugins/:plugin_id`. */
  readonly url: string;
  /** Operators bring an API token or a session; plugins their worker credentials. */
  readonly callers: 'operators' | 'plugins';
  readonly schema: {
    readonly params?: z.ZodObject;
    readonly querystring?: z.ZodType;
    readonly headers?: z.ZodType;
    readonly body?: z.ZodType;
    readonly response?: Readonly<Record<string, z.ZodType>>;
  };
}

type Json = Record<string, unknown>;

const BYTES = 'application/octet-stream';
const UPLOAD = 'POST /v1/audience_segment_external_feeds/:feed_id/user_segment_updates';

/** Routes whose bodies or answers are streams, which no schema describes. */
const STREAMS: Readonly<Record<string, { body?: string; answer?: string }>> = {
  [UPLOAD]: { body: 'application/x-ndjson' },
  'GET /v1/audience_segment_external_feeds/:feed_id/dead_letters/export': { answer: 'application/x-ndjson' },
  'GET /v1/events': { answer: 'text/event-stream' },
  'GET /v1/plugins/:plugin_id/versions/:version_id/configuration_files/technical_name=:technical_name': {
    answer: BYTES,
  },
  'PUT /v1/plugins/:plugin_id/versions/:version_id/configuration_files/technical_name=:technical_name': { body: BYTES },
  'GET /v1/data_files/data': { answer: BYTES },
  'PUT /v1/data_files/data': { body: BYTES },
  'GET /v1/configuration/technical_name=:technical_name': { answer: BYTES },
  'PUT /v1/configuration/technical_name=:technical_name': { body: BYTES },
  'GET /v1/data_file/data': { answer: BYTES },
};

/** The other form that the updates of an upload may have. Members of a whole segment need no operation. */
const AS_ARRAY: Readonly<Record<string, Json>> = {
  [UPLOAD]: {
    'application/json': {
      schema: { type: 'array', items: jsonSchema(updateLineSchema.partial({ operation: true }), 'input') },
    },
  },
};

/** Whose answers carry a tag although they are no single resource: files, and lists that are set as a whole. */
const TAGGED =
  /\/(configuration_files\/technical_name=:technical_name|data_files\/data|user_agent_identifier_realm_selections)$/;

/** Asked by those who have no credentials yet. */
const OPEN = /^(GET|POST) \/v1\/session$/;

const TAG = {
  description: 'Of the state answered. A change that brings it back in If-Match is made only while it is still that.',
  schema: { type: 'string' },
};

const OPERATORS = [{ token: [] }, { session: [] }];
const PLUGINS = [{ worker: [] }];

/** OpenAPI 3.1 of the operator API and the gateway, from the very schemas that requests are checked with. Pure. */
export function openapiDocument(routes: readonly DocumentedRoute[], version: string): Json {
  const byCallers = { operators: new Set<string>(), plugins: new Set<string>() };
  for (const route of routes) byCallers[route.callers].add(nameOf(route));
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const isShared = byCallers.operators.has(nameOf(route)) && byCallers.plugins.has(nameOf(route));
    if (isShared && route.callers === 'plugins') continue;
    const path = pathOf(route.url);
    const described = (isShared ? sharedOperation : OPERATION_FOR[route.callers])(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: described };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'batchfeed API',
      version,
      description:
        'Operate audience feeds whose plugins deliver in batches. Ids are strings. Lists are paged by first_result and max_results. Plugins call the gateway at the same address, with the credentials of their worker.',
    },
    security: OPERATORS,
    paths,
    components: {
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'The API token.' },
        worker: {
          type: 'http',
          scheme: 'basic',
          description: 'What a plugin authenticates with: worker id and authentication token of its version.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'batchfeed_session',
          description: 'A session, for pages of this origin. Changes then take the header x-batchfeed-console: 1.',
        },
      },
      schemas: { Error: jsonSchema(errorWrapperSchema, 'output') },
    },
  };
}

/** The name of a route; undefined when nobody gave it one. */
export function operationName(route: Pick<DocumentedRoute, 'method' | 'url' | 'callers'>): string | undefined {
  return (route.callers === 'plugins' ? gatewayOperationNames : operationNames)[nameOf(route)];
}

function nameOf({ method, url }: Pick<DocumentedRoute, 'method' | 'url'>): string {
  return `${method} ${url}`;
}

/** A route that both may call: plugins by credentials of another kind, which show them what is theirs. */
function sharedOperation(route: DocumentedRoute): Json {
  const asPlugin = operationName({ ...route, callers: 'plugins' });
  return {
    ...operation(route),
    description: `With the credentials of a plugin's worker: ${asPlugin}.`,
    security: [...OPERATORS, ...PLUGINS],
  };
}

function gatewayOperation(route: DocumentedRoute): Json {
  return { ...operation(route), tags: ['plugin gateway'], security: PLUGINS };
}

const OPERATION_FOR: Readonly<Record<DocumentedRoute['callers'], (route: DocumentedRoute) => Json>> = {
  operators: operation,
  plugins: gatewayOperation,
};

function operation(route: DocumentedRoute): Json {
  const { method, url, schema } = route;
  const stream = STREAMS[nameOf(route)];
  const body = schema.body && jsonSchema(schema.body, 'input');
  const answer = schema.response?.[200];
  return {
    summary: operationName(route) ?? nameOf(route),
    operationId: operationId(method, url),
    tags: [tagOf(url)],
    ...(OPEN.test(nameOf(route)) ? { security: [] } : {}),
    parameters: [
      ...parameters('path', schema.params),
      ...parameters('query', schema.querystring),
      ...parameters('header', schema.headers),
    ],
    ...(body === undefined && stream?.body === undefined
      ? {}
      : {
          requestBody: {
            required: stream?.body !== undefined || !schema.body?.isOptional(),
            content: stream?.body
              ? { [stream.body]: { schema: { type: 'string' } }, ...AS_ARRAY[nameOf(route)] }
              : { 'application/json': { schema: body } },
          },
        }),
    responses: {
      200: {
        description: 'Done.',
        ...(isTagged(route, answer) ? { headers: { ETag: TAG } } : {}),
        content: stream?.answer
          ? { [stream.answer]: { schema: { type: 'string' } } }
          : { 'application/json': { schema: answer === undefined ? {} : jsonSchema(answer, 'output') } },
      },
      default: {
        description: 'What is wrong, and where.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** Whether answers carry a tag: see `Etags`. The gateway knows none. */
function isTagged({ method, url, callers }: DocumentedRoute, answer: z.ZodType | undefined): boolean {
  if (callers === 'plugins') return false;
  if (TAGGED.test(url)) return method !== 'DELETE';
  const data = answer instanceof z.ZodObject ? (answer.shape.data as unknown) : undefined;
  return data instanceof z.ZodObject && ('id' in data.shape || 'technical_name' in data.shape);
}

function parameters(place: 'path' | 'query' | 'header', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      // Node writes them in small letters; whoever reads of them knows them otherwise.
      name: place === 'header' ? name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()) : name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      // Queries arrive as text and are turned into numbers: coerced inputs have no type of their own.
      schema:
        rest.type === undefined && rest.anyOf === undefined && rest.enum === undefined
          ? { ...rest, type: 'string' }
          : rest,
    };
  });
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' });
  return rest;
}

function pathOf(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}');
}

function operationId(method: string, url: string): string {
  const words = url
    .replace(/^\/v1\//, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return [method.toLowerCase(), ...words].join('_');
}

function tagOf(url: string): string {
  const [, , first = '', , second = ''] = url.split('/');
  const named = second !== '' && !second.startsWith(':') ? second.replace(/=.*$/, '') : first;
  return (first === 'plugins' ? (second === 'versions' ? (url.split('/')[6] ?? 'versions') : first) : named).replaceAll(
    '_',
    ' ',
  );
}
