import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One delivery of a batch as the plugin was sent it. */
export interface SeenBatch {
  readonly id: string;
  readonly attempt: number;
  /** The body, to hold repeats against. */
  readonly body: string;
  /** Whether the plugin's answer came back whole. */
  answered: boolean;
}

/**
 * Stands between platform and plugin, passes every byte on, and keeps what batches went by: a witness that neither of
 * them can kill. The plugin's port may change between calls.
 */
export class Passthrough {
  readonly seen: SeenBatch[] = [];
  /** Where the plugin listens now. */
  target = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(): Promise<Passthrough> {
    let self: Passthrough | undefined;
    const server = createServer((incoming, response) => {
      // Nobody calls before it listens, and by then it is there.
      void (self as Passthrough).#pass(incoming, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    self = new Passthrough(server);
    return self;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(incoming).catch(() => undefined);
    if (body === undefined) return;
    const batch = this.#witness(incoming, body);
    const { host: _, ...headers } = incoming.headers;
    const onward = request(
      { host: '127.0.0.1', port: this.target, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('end', () => {
          if (batch !== undefined && answer.complete) batch.answered = true;
        });
        answer.on('error', () => response.destroy());
        answer.pipe(response);
      },
    );
    // The platform is to see what it would have seen: a connection that breaks.
    onward.on('error', () => response.destroy());
    onward.end(body);
  }

  #witness({ url, headers }: IncomingMessage, body: Buffer): SeenBatch | undefined {
    if (url !== '/v1/batch_update') return undefined;
    const id = String(headers['idempotency-key']);
    const batch = { id, attempt: Number(headers['x-batchfeed-attempt']), body: body.toString('utf8'), answered: false };
    this.seen.push(batch);
    return batch;
  }
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
