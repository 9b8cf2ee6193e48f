import type { ServerResponse } from 'node:http';
import type { ShopRequest } from './row.ts';
import { answerJson, answerParts, part, startTestServer, type TestCall, type TestServer } from './test-server.ts';

/** What the shop does wrong with one batch. `before` and `after` say whether the rows were carried out. */
export const FAULTS = [
  'none',
  '429',
  '429-date',
  '503-before',
  '504-before',
  '504-after',
  'drop-before',
  'drop-after',
  'drop-mid-answer',
  'invalid-json-after',
  'part-missing',
  'part-missing-first',
  'first-refused-part-missing',
  'part-extra',
  'part-of-another-method',
  'part-without-status',
  'parts-503-before',
  'parts-504-after',
  'parts-429',
  'collapsed',
  'strings',
  'xml',
  '40013',
  '413',
] as const;
/** Besides, what only a test with a purpose wants. */
export type Fault = (typeof FAULTS)[number] | 'hang-after' | 'slow' | 'turn-away';

/** A small shop that remembers what was done to it, and fails as told. */
export class FaultyShop {
  /** How often each resource was written, by path below the API; creates without id by `tag`. */
  readonly writes = new Map<string, number>();
  readonly items = new Map<string, Record<string, unknown>>();
  readonly #faults: readonly Fault[];
  #served = 0;
  server!: TestServer;

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  async start(): Promise<this> {
    this.server = await startTestServer((call, response) => this.#answer(call, response));
    return this;
  }

  #answer({ requests, body }: TestCall, response: ServerResponse): void {
    const fault = this.#faults[this.#served] ?? 'none';
    this.#served += 1;
    const tooLarge = requests.length > 1 && Buffer.byteLength(body) > 300;
    const carryOut = () => requests.map((request) => this.#carryOut(request));
    const every = (status: number) => requests.map((request) => part(request, status));
    const table: Record<Fault, () => void> = {
      'hang-after': () => {
        carryOut();
      },
      slow: () => void setTimeout(() => answerParts(response, carryOut()), 50),
      'turn-away': () => answerJson(response, 403, { message: 'no' }),
      none: () => answerParts(response, carryOut()),
      '429': () => answerJson(response, 429, { message: 'Too many' }),
      '429-date': () => answerJson(response, 429, '', { 'retry-after': new Date().toUTCString() }),
      '503-before': () => answerJson(response, 503, '<html>busy</html>'),
      '504-before': () => answerJson(response, 504, ''),
      '504-after': () => {
        carryOut();
        answerJson(response, 504, '');
      },
      'drop-before': () => void response.destroy(),
      'drop-after': () => {
        carryOut();
        response.destroy();
      },
      'drop-mid-answer': () => {
        const text = JSON.stringify({ requests: { request: carryOut() } });
        response.writeHead(200, { 'content-length': text.length });
        response.write(text.slice(0, text.length / 2), () => response.destroy());
      },
      'invalid-json-after': () => answerJson(response, 200, JSON.stringify(carryOut()).slice(1)),
      'part-missing': () => answerParts(response, carryOut().slice(0, -1)),
      'part-missing-first': () => answerParts(response, carryOut().slice(1)),
      // The first row is refused, and the answers of the others come in its place.
      'first-refused-part-missing': () => answerParts(response, this.#refuseFirst(requests).slice(1)),
      'part-extra': () => answerParts(response, [part({ method: 'GET', uri: 'x' }), ...carryOut()]),
      'part-of-another-method': () => {
        const [first, ...others] = carryOut();
        answerParts(response, [{ ...first, method: first?.method === 'PUT' ? 'DELETE' : 'PUT' }, ...others]);
      },
      'part-without-status': () =>
        answerParts(
          response,
          carryOut().map((done, i) => (i === 0 ? { ...done, response: { body: {} } } : done)),
        ),
      'parts-503-before': () => answerParts(response, every(503)),
      'parts-504-after': () => {
        carryOut();
        answerParts(response, every(504));
      },
      'parts-429': () => answerParts(response, every(429)),
      collapsed: () => answerParts(response, requests.length === 1 ? carryOut()[0] : carryOut()),
      strings: () =>
        answerParts(
          response,
          requests.map((request) => this.#carryOut(request, String)),
        ),
      xml: () => answerXml(response, carryOut()),
      '40013': () => (tooLarge ? answerJson(response, 400, { error: 40013, message: 'too large' }) : table.none()),
      '413': () => (tooLarge ? answerJson(response, 413, '') : table.none()),
    };
    table[fault]();
  }

  #refuseFirst(requests: readonly ShopRequest[]) {
    return requests.map((request, i) => (i === 0 ? part(request, 400, { message: 'no' }) : this.#carryOut(request)));
  }

  #carryOut(request: ShopRequest, asStatus: (status: number) => unknown = (status) => status) {
    const path = request.uri.split('/api/')[1] as string;
    const isCollection = !path.includes('/');
    const item = this.items.get(path);
    if (request.method === 'GET')
      return part(request, asStatus(item === undefined ? 404 : 200), item ?? { message: 'no' });
    if (request.method === 'PUT' && item === undefined) return part(request, asStatus(404), { message: 'no' });
    if (request.method === 'DELETE') return part(request, asStatus(this.items.delete(path) ? 204 : 404), '');
    const key = isCollection ? `${path}#${String(request.data?.tag)}` : path;
    this.writes.set(key, (this.writes.get(key) ?? 0) + (item === undefined ? 1 : 0));
    this.items.set(key, { ...item, ...(request.data ?? {}) });
    return part(request, asStatus(item === undefined ? 201 : 200), []);
  }
}

function answerXml(response: ServerResponse, parts: ReturnType<typeof part>[]): void {
  const cdata = (value: unknown) => `<![CDATA[ ${String(value)} ]]>`;
  const fields = (body: unknown) =>
    Object.entries((body ?? {}) as object)
      .map(([key, value]) => `<${key}>${cdata(value)}</${key}>`)
      .join('');
  const xml = parts.map(
    ({ method, uri, response: { header, body } }) =>
      `<request><method>${cdata(method)}</method><uri>${cdata(uri)}</uri><response><header><statusCode>${String(header.statusCode)}` +
      `</statusCode></header><body>${fields(body)}</body></response></request>`,
  );
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<response><requests>${xml.join('')}</requests></response>`);
}
