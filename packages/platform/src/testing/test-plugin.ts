import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface PluginRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The body, for tests to pick from as they know it. */
  // biome-ignore lint/suspicious/noExplicitAny: what a request holds is what the test is about
  readonly json: any;
}

/** What a test's plugin answers; anything that is not set answers like a healthy plugin with one line per update. */
export type Respond = (request: PluginRequest, response: ServerResponse) => void | Promise<void>;

export interface TestPlugin {
  readonly url: string;
  /** Every request, in the order of arrival. */
  readonly requests: PluginRequest[];
  on(path: string, respond: Respond): void;
  ofPath(path: string): PluginRequest[];
  close(): Promise<void>;
}

export const UPDATE = '/v1/user_segment_update';
export const STATUS = '/v1/status';
export const BATCH = '/v1/batch_update';

const healthy: Record<string, Respond> = {
  [STATUS]: (_, response) => answer(response, 200, {}),
  '/v1/external_segment_creation': (_, response) => answer(response, 200, { status: 'ok' }),
  '/v1/external_segment_connection': (_, response) => answer(response, 200, { status: 'ok' }),
  [UPDATE]: ({ json }, response) =>
    answer(response, 200, { status: 'ok', data: [line(json.operation, json.user_identifiers[0])] }),
  [BATCH]: ({ json }, response) =>
    answer(response, 200, {
      status: 'OK',
      sent_items_in_success: json.batch_content.length,
      sent_items_in_error: 0,
    }),
};

export function line(grouping_key: string, content: unknown) {
  return { type: 'BATCH_DELIVERY', grouping_key, content };
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A plugin on bare node:http: what it answers is what the test says, byte for byte. */
export async function startTestPlugin(port = 0): Promise<TestPlugin> {
  const requests: PluginRequest[] = [];
  const responds: Record<string, Respond> = { ...healthy };
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const path = incoming.url ?? '';
    const request = { path, headers: incoming.headers, body, json: body === '' ? undefined : JSON.parse(body) };
    requests.push(request);
    const respond = responds[path] ?? ((_: PluginRequest, other: ServerResponse) => answer(other, 404, {}));
    await respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    on(path, respond) {
      responds[path] = respond;
    },
    ofPath: (path) => requests.filter((request) => request.path === path),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
