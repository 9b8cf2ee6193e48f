import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { PlatformError } from '../platform-error.ts';

/** Uploads may take as long as they like while something comes; their reader looks after that itself. */
const UPLOADS = /\/user_segment_updates$/;

/** How long the rest of a body may take to come, at most, once its request was answered. */
const REST_MS = 5_000;

/**
 * Gives requests up whose body takes longer than this, so that slow ones cannot hold connections for ever. Once the platform is closing,
 * a connection ends with the request that is under way on it.
 */
export function bodyDeadline(app: FastifyInstance, ms: number, closing: AbortSignal): void {
  const over = () => {
    // Connections that idle when the server closes are closed by it; those that come to idle later would stay for as long as they are kept alive.
    if (closing.aborted) setImmediate(() => app.server.closeIdleConnections());
  };
  // What was answered before its end, as refusals are, is read and dropped, so that the sender gets to the answer.
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.complete || raw.destroyed) return over();
    const end = setTimeout(() => raw.destroy(), Math.min(REST_MS, ms));
    raw.on('close', () => {
      clearTimeout(end);
      over();
    });
  });
  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.raw.complete || UPLOADS.test(request.routeOptions.url ?? '')) return payload;
    const body = new PassThrough();
    const late = setTimeout(() => {
      reply.header('connection', 'close');
      body.destroy(new PlatformError('TOO_SLOW', `The request body did not arrive within ${ms / 1_000} s.`));
    }, ms);
    // The parser may have stopped listening, with an answer given already; nobody is then left to tell.
    body.on('error', () => {});
    body.on('close', () => clearTimeout(late));
    // A request that is answered unread, or whose connection ended, has no body to wait for.
    reply.raw.on('close', () => clearTimeout(late));
    payload.on('error', (error) => body.destroy(error));
    return payload.pipe(body);
  });
}
