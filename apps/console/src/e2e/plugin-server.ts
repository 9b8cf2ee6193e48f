import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a plugin answers on a route, from the body of the call. Routes without an answer say `ok`. */
export type Answers = Readonly<Record<string, (body: string) => object>>;

interface PluginServer {
  readonly url: string;
  close(): void;
}

/** A plugin that answers what no plugin of this project would. */
export async function startPluginServer(answers: Answers): Promise<PluginServer> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const answer = answers[request.url ?? '']?.(body) ?? { status: 'ok' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
