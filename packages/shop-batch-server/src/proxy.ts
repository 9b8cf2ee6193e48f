import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type BatchPart, type Dispatch, type DispatchContext, type PartAnswer, readPartBody } from './dispatch.ts';
import { ShopBatchError } from './shop-batch-error.ts';

/** Options of {@link proxyTo}. */
export interface ProxyOptions {
  /** Connections to one origin. Default 16; a batch uses one at a time. */
  maxConnections?: number;
  /** Bytes of one answer. Default 33,554,432; a larger one is 502. */
  maxAnswerBytes?: number;
}

const transports = {
  'http:': { request: httpRequest, Agent: HttpAgent },
  'https:': { request: httpsRequest, Agent: HttpsAgent },
} as const;

const readOrigin = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !(url.protocol in transports) || url.origin !== text.replace(/\/$/, '').toLowerCase()) {
    throw new TypeError(`proxyTo: expected an origin such as https://shop.example, got ${JSON.stringify(text)}`);
  }
  return url;
};

const collect = async (answer: IncomingMessage, maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > maxBytes) throw new ShopBatchError('badGateway', `It is longer than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, received).toString();
};

/** The headers of the call, as the remote API should see them: its own host, and the caller's address added. */
const headersFor = (origin: URL, { payload }: BatchPart, { headers, envelope }: DispatchContext) => {
  const { 'x-forwarded-for': before, ...rest } = headers;
  const caller = envelope.raw.socket.remoteAddress;
  return {
    ...rest,
    host: origin.host,
    'accept-encoding': 'identity',
    'x-forwarded-for': [before, caller].filter((address) => address !== undefined).join(', '),
    ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
  };
};

const answered = (call: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));

/**
 * Sends the requests of a batch to a remote API instead of to this server's routes, over pooled connections:
 * `server.register(shopBatch, proxyTo(['https://shop.example']))`. Redirects are not followed: a 308 is the part's status.
 *
 * @param origins the allow-list, scheme and host only. A bare path goes to the first; an absolute URI to the one whose
 * host it names; any other host is refused
 * @throws TypeError an origin is none
 */
export const proxyTo = (
  origins: readonly [string, ...string[]],
  { maxConnections = 16, maxAnswerBytes = 33_554_432 }: ProxyOptions = {},
): { dispatch: Dispatch; hosts: string[] } => {
  const urls = origins.map(readOrigin);
  const byHost = new Map(urls.map((url) => [url.host, url]));
  const agents = new Map(
    urls.map(({ origin, protocol }) => {
      const { Agent } = transports[protocol as keyof typeof transports];
      return [origin, new Agent({ keepAlive: true, maxSockets: maxConnections })];
    }),
  );

  const dispatch: Dispatch = async (part, context): Promise<PartAnswer> => {
    const url = byHost.get(part.host ?? '') ?? urls[0]!;
    const { request } = transports[url.protocol as keyof typeof transports];
    const call = request({
      agent: agents.get(url.origin),
      protocol: url.protocol,
      hostname: url.hostname,
      port: url.port,
      method: part.method,
      // The checked string itself: nothing is resolved against the origin.
      path: part.target,
      headers: headersFor(url, part, context),
      signal: context.signal,
    });
    call.end(part.payload);
    try {
      const answer = await answered(call);
      const text = await collect(answer, maxAnswerBytes);
      const body = readPartBody(text, answer.headers['content-type']);
      return { statusCode: answer.statusCode ?? 502, body, bytes: Buffer.byteLength(text) };
    } catch (cause) {
      if (cause instanceof ShopBatchError) throw cause;
      throw new ShopBatchError('badGateway', 'The connection failed; the request may have been carried out.', {
        cause,
      });
    }
  };
  return { dispatch, hosts: urls.map(({ host }) => host) };
};
