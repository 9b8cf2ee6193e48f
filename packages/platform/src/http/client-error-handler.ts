import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';

/** What is wrong with a request that came to no route, by the code of Node's HTTP parser. */
const ANSWERS: Readonly<Record<string, readonly [status: number, error: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers of the request are too long: 16 KiB is the most.'],
};
const MALFORMED = [400, 'This is no HTTP request that can be read.'] as const;

/** Answers what never became a request with the error wrapper too, and ends its connection. */
export function clientErrorHandler(logger: Logger) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, message] = ANSWERS[error.code ?? ''] ?? MALFORMED;
    const errorId = randomUUID();
    logger.info({ error_id: errorId, code: error.code, status, reason: message }, 'request refused');
    const body = JSON.stringify({ status: 'error', error: message, error_id: errorId });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroySoon();
  };
}
