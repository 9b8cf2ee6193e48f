import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import { Readable, Writable } from 'node:stream';
import type { FastifyRequest } from 'fastify';

/**
 * A request and a response that pass through a server's routes without a socket: the part of `http.IncomingMessage` and
 * `http.ServerResponse` that routes, hooks and Fastify itself use, and nothing else, because this is paid once per part.
 * (Fastify's own `inject` builds a whole `ServerResponse`, serialised head included, and takes three times as long.)
 */

/** What a route can know of the batch its request is part of. */
export interface BatchPartMark {
  /** The call of the batch endpoint. */
  envelope: FastifyRequest;
  /** Position in the batch, from 0. */
  index: number;
}

/** Where the caller is, as `request.ip` and its like see it. */
export interface Origin {
  remoteAddress: string | undefined;
  encrypted: boolean;
}

class LocalSocket extends EventEmitter {
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  readonly destroyed = false;

  constructor({ remoteAddress, encrypted }: Origin) {
    super();
    this.remoteAddress = remoteAddress;
    this.encrypted = encrypted;
  }
}

/** The request as a route reads it. */
export class LocalRequest extends Readable {
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly aborted = false;
  readonly complete = true;
  readonly socket: LocalSocket;
  #payload: string | undefined;

  constructor(
    readonly method: string,
    public url: string,
    readonly headers: IncomingHttpHeaders,
    payload: string | undefined,
    origin: Origin,
    /** A property of this object and of no header, so a caller cannot pass a request of its own off as a part. */
    readonly mark: BatchPartMark,
  ) {
    super({ autoDestroy: false });
    this.socket = new LocalSocket(origin);
    this.#payload = payload;
    if (payload !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(payload));
    }
  }

  get connection(): LocalSocket {
    return this.socket;
  }

  get rawHeaders(): string[] {
    return Object.entries(this.headers).flatMap(([name, value]) => [name, String(value)]);
  }

  override _read(): void {
    if (this.#payload !== undefined) this.push(this.#payload);
    this.#payload = undefined;
    this.push(null);
  }

  setTimeout(): this {
    return this;
  }
}

/** The response as a route writes it; `finish` is emitted when it is complete. */
export class LocalResponse extends Writable {
  statusCode = 200;
  statusMessage = '';
  sendDate = false;
  headersSent = false;
  readonly #headers: Record<string, OutgoingHttpHeader> = Object.create(null);
  readonly #chunks: Buffer[] = [];
  /** Bytes of the body so far. */
  bytes = 0;

  constructor(readonly req: LocalRequest) {
    super({ decodeStrings: true, highWaterMark: 1_048_576 });
  }

  get socket(): LocalSocket {
    return this.req.socket;
  }

  get connection(): LocalSocket {
    return this.req.socket;
  }

  /** The body so far, as UTF-8 text. */
  get text(): string {
    return this.#chunks.length === 1 ? this.#chunks[0]!.toString() : Buffer.concat(this.#chunks).toString();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.headersSent = true;
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
    done();
  }

  override _final(done: () => void): void {
    this.headersSent = true;
    done();
  }

  writeHead(statusCode: number, reasonOrHeaders?: string | OutgoingHttpHeaders, headers?: OutgoingHttpHeaders): this {
    this.statusCode = statusCode;
    const given = typeof reasonOrHeaders === 'object' ? reasonOrHeaders : headers;
    for (const name in given) if (given[name] !== undefined) this.#headers[name.toLowerCase()] = given[name];
    this.headersSent = true;
    return this;
  }

  setHeader(name: string, value: OutgoingHttpHeader): this {
    this.#headers[name.toLowerCase()] = value;
    return this;
  }

  getHeader(name: string): OutgoingHttpHeader | undefined {
    return this.#headers[name.toLowerCase()];
  }

  getHeaders(): OutgoingHttpHeaders {
    return { ...this.#headers };
  }

  getHeaderNames(): string[] {
    return Object.keys(this.#headers);
  }

  hasHeader(name: string): boolean {
    return name.toLowerCase() in this.#headers;
  }

  removeHeader(name: string): void {
    delete this.#headers[name.toLowerCase()];
  }

  appendHeader(name: string, value: string | string[]): this {
    const before = this.getHeader(name);
    const list = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
    return this.setHeader(name, [...list, ...(Array.isArray(value) ? value : [value])]);
  }

  setTimeout(): this {
    return this;
  }

  // Nothing to do without a socket, but routes may call them.
  flushHeaders(): void {
    this.headersSent = true;
  }
  writeContinue(): void {}
  writeProcessing(): void {}
  writeEarlyHints(): void {}
  addTrailers(): void {}
}
