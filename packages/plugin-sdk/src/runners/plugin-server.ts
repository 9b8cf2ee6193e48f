import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { failure } from '../http/answer.ts';
import { createServer } from '../http/node-http.ts';
import type { PluginApp } from '../http/plugin-app.ts';

/** Longer than platforms keep idle connections, so that it is never the plugin that closes one just being used. */
const keepAliveTimeoutMs = 75_000;

export interface ListenOptions {
  /** 0 for a free one. */
  port: number;
  /** All interfaces unless told otherwise. */
  host?: string | undefined;
}

const loopbackOf: Readonly<Record<string, string>> = { '::': '127.0.0.1', '0.0.0.0': '127.0.0.1' };

const refusals: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
};
const notHttp = ['400 Bad Request', 'The request is not valid HTTP/1.1.'] as const;

/** What is no request never reaches the app, and is still answered in JSON, like everything else. */
const refuseConnection = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = refusals[error.code ?? ''] ?? notHttp;
  const body = failure(400, message).text;
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
};

/** Serves an app and stops without losing a request that is being answered. */
export class PluginServer {
  readonly server: Server;
  readonly #answering = new Set<ServerResponse>();
  #closing = false;

  constructor(app: PluginApp) {
    this.server = createServer((request, response) => {
      this.#answering.add(response);
      response.once('close', () => this.#answering.delete(response));
      if (this.#closing) response.setHeader('connection', 'close');
      app(request, response);
    });
    this.server.on('clientError', refuseConnection);
    this.server.keepAliveTimeout = keepAliveTimeoutMs;
    this.server.headersTimeout = keepAliveTimeoutMs + 1_000;
  }

  listen({ port, host }: ListenOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.server.off('error', reject);
        resolve(this.url());
      });
    });
  }

  /** Where it listens, as an address that can be called from this machine. */
  url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    const host = loopbackOf[address] ?? address;
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Takes no more connections and resolves once every request under way is answered, or after `timeoutMs`. */
  close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    for (const response of this.#answering) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.server.closeAllConnections(), timeoutMs);
      this.server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }
}
