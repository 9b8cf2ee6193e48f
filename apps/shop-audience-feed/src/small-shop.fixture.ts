import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Part {
  method: string;
  uri: string;
  data?: Record<string, unknown>;
}

const codes = { taken: [409, 40901], unknown: [400, 40007], invalid: [400, 40003] } as const;

/**
 * A shop over real HTTP with subscribers in memory, and the ways a real one may differ or fail that the tests need. The
 * project's reference shop is tried in the end-to-end run.
 */
export class SmallShop {
  readonly people = new Map<string, Record<string, unknown>>();
  /** How often a batch came in. */
  batches = 0;
  /** Answers an existing outer id with 409 instead of updating it. */
  refusesExisting = false;
  /** Answers every batch with this HTTP status. */
  batchStatus: number | undefined;
  /** Breaks the connection after carrying a batch out, this many times. */
  losesAnswers = 0;
  /** Answers a part whose URI contains the key with this status. */
  readonly partStatus = new Map<string, number>();
  url = '';
  readonly #server = createServer((request, response) => {
    void readBody(request).then((body) => {
      this.batches += 1;
      const status = request.headers.authorization === `Basic ${btoa('user:password')}` ? this.batchStatus : 401;
      if (status !== undefined) {
        response.writeHead(status, { 'content-type': 'application/json' });
        return response.end(JSON.stringify({ message: 'refused' }));
      }
      const parts = (JSON.parse(body) as { data: { requests: Part[] } }).data.requests;
      const answered = parts.map((part) => ({ method: part.method, uri: part.uri, response: this.#answer(part) }));
      if (this.losesAnswers > 0) {
        this.losesAnswers -= 1;
        return request.socket.destroy();
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ requests: { request: answered } }));
    });
  });

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ method, uri, data }: Part) {
    const id = new URL(uri).pathname.split('/').at(-1) ?? '';
    const told = [...this.partStatus].find(([key]) => uri.includes(key))?.[1];
    if (told !== undefined) return part(told, { message: 'told to' });
    if (method === 'GET') return part(200, { items: [] });
    const known = this.people.get(id);
    if (method === 'DELETE') return this.people.delete(id) ? part(204, {}) : part(404, { message: 'none' });
    if (typeof data?.email !== 'string') return refused(codes.invalid);
    if (method === 'PUT' && known === undefined) return refused(codes.unknown);
    if (method === 'POST' && known !== undefined && this.refusesExisting) return refused(codes.taken);
    this.people.set(id, { ...known, ...data });
    return part(known === undefined ? 201 : 200, { id, ...data });
  }
}

const part = (statusCode: number, body: object) => ({ header: { statusCode }, body });
const refused = ([status, error]: readonly [number, number]) => part(status, { message: 'refused', error });

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
