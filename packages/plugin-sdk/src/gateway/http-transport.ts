import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as requestHttp } from '../http/node-http.ts';
import { queryOf } from './query.ts';
import type { StatusCodeError, Transport, TransportOptions } from './transport.ts';

/**
 * The transport a plugin has unless a test gives it another: bare `node:http`. A plugin talks to one gateway, in JSON;
 * a client library would be most of what it loads before it answers its first request.
 */

/** The call got no answer; `code` is the system's, such as ECONNREFUSED. */
export class ConnectionError extends Error {
  readonly code: string | undefined;
  constructor(cause: Error & { code?: string }) {
    super(cause.message, { cause });
    this.code = cause.code;
  }
}

const maxAnswerBytes = 256 * 1024 * 1024;

const httpAgent = new Agent({ keepAlive: true });
let httpsAgent: Agent | undefined;

/** Only the public API is called over https, by few plugins. */
const requestHttps: typeof requestHttp = (...args: unknown[]) => {
  const https = process.getBuiltinModule('node:https');
  httpsAgent ??= new https.Agent({ keepAlive: true });
  const [url, options, onResponse] = args as Parameters<typeof https.request>;
  return https.request(url, { ...options, agent: httpsAgent as InstanceType<typeof https.Agent> }, onResponse);
};

const bytesOf = (options: TransportOptions): string | Buffer | undefined => {
  const { body, json } = options;
  if (body === undefined) return undefined;
  return json !== true && (typeof body === 'string' || Buffer.isBuffer(body)) ? body : JSON.stringify(body);
};

const headersOf = (options: TransportOptions, body: string | Buffer | undefined): Record<string, string | number> => ({
  accept: options.json === true ? 'application/json' : '*/*',
  ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
  ...(body !== undefined && options.json === true && { 'content-type': 'application/json' }),
  ...options.headers,
});

const send = (options: TransportOptions): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const url = new URL(options.uri);
    for (const [name, value] of queryOf(options.qs)) url.searchParams.append(name, value);
    const body = bytesOf(options);
    const call: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)(
      url,
      {
        method: options.method,
        agent: httpAgent,
        headers: headersOf(options, body),
        ...(options.auth !== undefined && { auth: `${options.auth.user}:${options.auth.pass}` }),
        ...(options.signal !== undefined && { signal: options.signal }),
      },
      resolve,
    );
    call.once('error', reject);
    call.end(body);
  });

const read = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Error(`The answer is larger than ${maxAnswerBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
};

/** JSON where it is JSON, else the text: what a gateway answers is not always what it should be. */
const lenientJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const bodyOf = (bytes: Buffer, options: TransportOptions): unknown => {
  if (options.encoding === null) return bytes;
  const text = bytes.toString('utf8');
  return options.json === true ? lenientJson(text) : text;
};

/** Follows no redirect and uses no proxy: credentials go to the gateway and nowhere else. */
export const httpTransport: Transport = async (options: TransportOptions) => {
  try {
    const response = await send(options);
    const body = bodyOf(await read(response), options);
    const statusCode = response.statusCode ?? 0;
    if (statusCode >= 200 && statusCode < 300) return body;
    const refused: StatusCodeError = {
      name: 'StatusCodeError',
      response: { statusCode, statusMessage: response.statusMessage ?? '', body },
    };
    throw refused;
  } catch (error) {
    throw error instanceof Error ? new ConnectionError(error) : error;
  }
};
