import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ShopRequest } from './row.ts';

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
