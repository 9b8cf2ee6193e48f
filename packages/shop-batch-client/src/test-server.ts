import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ShopBatchClientOptions } from './options.ts';
import type { ShopRequest } from './row.ts';
import { ShopBatchClient } from './shop-batch-client.ts';

export interface TestCall {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  requests: ShopRequest[];
}

export type TestAnswer = (call: TestCall, response: ServerResponse, count: number) => void | Promise<void>;

export interface TestServer {
  url: string;
  calls: TestCall[];
  close(): Promise<void>;
}

/** A real HTTP server for tests, on loopback; `answer` decides what each POST gets. */
export async function startTestServer(answer: TestAnswer): Promise<TestServer> {
  const calls: TestCall[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const requests = (JSON.parse(body || '{}') as { data?: { requests?: ShopRequest[] } }).data?.requests ?? [];
    const call = { path: request.url ?? '', headers: request.headers, body, requests };
    calls.push(call);
    await answer(call, response, calls.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const part = (request: { method: string; uri: string }, statusCode: unknown = 200, body: unknown = {}) => ({
  method: request.method,
  uri: request.uri,
  response: { header: { statusCode }, body },
});

export const answerParts = (response: ServerResponse, parts: unknown): void =>
  answerJson(response, 200, { requests: { request: parts } });

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A server for the running test, closed at its end, and a client of it that neither waits long nor paces. */
export async function startClient(answer: TestAnswer, options: Partial<ShopBatchClientOptions> = {}) {
  const server = await startTestServer(answer);
  onTestFinished(() => server.close());
  const client = new ShopBatchClient({
    baseUrl: server.url,
    auth: { kind: 'basic', username: 'a', password: 'b' },
    requestsPerSecond: Number.POSITIVE_INFINITY,
    backoff: { baseMs: 1, maxMs: 2 },
    ...options,
  });
  return { server, client };
}

/** How many requests each batch held. */
export const sizes = (server: TestServer): number[] => server.calls.map(({ requests }) => requests.length);

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
