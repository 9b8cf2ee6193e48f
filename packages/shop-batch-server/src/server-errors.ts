import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { sendError } from './answer.ts';
import { ShopBatchError, type ShopBatchErrorCode } from './shop-batch-error.ts';
import { toXml } from './xml.ts';

const codes: Readonly<Record<string, ShopBatchErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout',
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
};

interface AnsweringSocket extends Socket {
  /** Node's own: the answer under way, if there is one. */
  _httpMessage?: { headersSent: boolean } | null;
}

// What cannot be read as HTTP has no `Accept` either, so the answer is XML.
const clientErrorHandler = ({ code }: { code?: string }, socket: AnsweringSocket): void => {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  // Behind the first bytes of an answer another one would be read as part of it.
  if (socket.writable && socket._httpMessage?.headersSent !== true) {
    const known = codes[code ?? ''];
    const error = known ? new ShopBatchError(known) : new ShopBatchError('wrongData', 'The request is not valid HTTP.');
    const body = toXml(error.body);
    socket.write(
      `HTTP/1.1 ${error.status} \r\nContent-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
};

const frameworkErrors = (_error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendError(request, reply, new ShopBatchError('wrongData', 'The URI is not valid, or too long.'));

/**
 * Options for Fastify, so that what fails before any route (a request that is not HTTP, headers too large or too slow, a
 * URI that cannot be decoded) is answered in the shape of the shop's errors: `Fastify({ ...shopServerErrors })`.
 */
export const shopServerErrors = { clientErrorHandler, frameworkErrors } as const satisfies FastifyServerOptions;
