import { Agent } from '../http/node-http.ts';

/**
 * The one place that talks HTTP to the gateway. Its options and errors have the shape the official SDK's transport has
 * (`request-promise`), because plugins' tests put their own function in its place and look at what it is called with.
 */
export interface TransportOptions {
  method: string;
  /** The full URL, without the query. */
  uri: string;
  auth?: { user: string; pass: string; sendImmediately: boolean };
  headers?: Record<string, string>;
  /** Sent as JSON where `json` is true, as it is otherwise. */
  body?: unknown;
  /** Query parameters. */
  qs?: unknown;
  json?: boolean;
  /** null asks for the bytes of the answer. */
  encoding?: null | undefined;
  /** Never one: the environment's proxy settings are not for the gateway. */
  proxy?: false;
  /** Milliseconds the call may take. */
  timeout?: number;
  signal?: AbortSignal;
}

/** Resolves to the answer's body. Throws a `StatusCodeError` for anything but 2xx. */
// biome-ignore lint/suspicious/noExplicitAny: any function may stand in, a stub without types included.
export type Transport = (options: any) => any;

/** What an HTTP failure looks like: a plain object, told by its name. */
export interface StatusCodeError {
  name: 'StatusCodeError';
  response: { statusCode: number; statusMessage: string; body: unknown };
}

export const isStatusCodeError = (error: unknown): error is StatusCodeError =>
  typeof error === 'object' &&
  error !== null &&
  (error as StatusCodeError).name === 'StatusCodeError' &&
  typeof (error as StatusCodeError).response?.statusCode === 'number';

const createClient = async () => {
  // Its one-file build: the other is fifty files, and imports `node:http` as described in `node-http.ts`.
  const { default: axios } = (await import('axios/dist/node/axios.cjs')) as unknown as typeof import('axios');
  const https = process.getBuiltinModule('node:https');
  return axios.create({
    httpAgent: new Agent({ keepAlive: true }),
    httpsAgent: new https.Agent({ keepAlive: true }),
    proxy: false,
    maxRedirects: 0,
    maxContentLength: 256 * 1024 * 1024,
    maxBodyLength: 256 * 1024 * 1024,
    responseType: 'arraybuffer',
    validateStatus: () => true,
  });
};

/** Loaded with the first call: a plugin answers its first requests sooner without an HTTP client in memory. */
let client: ReturnType<typeof createClient> | undefined;

/** JSON where it is JSON, else the text: what a gateway answers is not always what it should be. */
const lenientJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const readAnswer = (bytes: Buffer, options: TransportOptions): unknown => {
  if (options.encoding === null) return bytes;
  const text = bytes.toString('utf8');
  return options.json === true ? lenientJson(text) : text;
};

export const axiosTransport: Transport = async (options: TransportOptions) => {
  client ??= createClient();
  const json = options.json === true;
  const response = await (await client).request<Buffer>({
    method: options.method,
    url: options.uri,
    params: options.qs,
    data: json && options.body !== undefined ? JSON.stringify(options.body) : options.body,
    // axios would turn a text into JSON, or JSON into a form, depending on the content type.
    transformRequest: (body) => body,
    headers: {
      accept: json ? 'application/json' : '*/*',
      ...(json && options.body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.auth !== undefined && { auth: { username: options.auth.user, password: options.auth.pass } }),
    ...(options.timeout !== undefined && { timeout: options.timeout }),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const body = readAnswer(Buffer.from(response.data), options);
  if (response.status >= 200 && response.status < 300) return body;
  const error: StatusCodeError = {
    name: 'StatusCodeError',
    response: { statusCode: response.status, statusMessage: response.statusText, body },
  };
  throw error;
};
