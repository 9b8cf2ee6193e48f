import type { FastifyReply } from 'fastify';
import type { RouteApp } from './route-app.ts';

/** Longest file, in bytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Options of routes that take a file. */
export const FILE_BODY = { bodyLimit: MAX_FILE_BYTES };

/** Has the routes of a scope take every body as bytes, whatever it says it is. */
export function takeBytes(app: RouteApp): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** The body of a request in such a scope. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** Answers with a file. Never as something a browser would show. */
export function sendBytes(reply: FastifyReply, content: Buffer) {
  return reply
    .header('content-type', 'application/octet-stream')
    .header('x-content-type-options', 'nosniff')
    .serializer((bytes: unknown) => bytes as string)
    .send(content);
}
