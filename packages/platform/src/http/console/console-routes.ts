import type { FastifyInstance } from 'fastify';
import { PlatformError } from '../../platform-error.ts';
import { consoleFile } from './console-files.ts';

const PREFIX = '/console';
/** Nothing from anywhere else, and nothing inline: what a feed holds is text, whatever it looks like. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** `/console/`: the built console, which holds no data and needs no token; it asks the API for everything. */
export function consoleRoutes(app: FastifyInstance, folder: string | undefined): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  app.get('/', async (_request, reply) => reply.redirect(`${PREFIX}/`, 302));
  app.get(PREFIX, async (_request, reply) => reply.redirect(`${PREFIX}/`, 308));
  app.get<{ Params: { '*': string } }>(`${PREFIX}/*`, async (request, reply) => {
    const path = request.params['*'];
    const file = folder && (await consoleFile(folder, path, request.headers['accept-encoding']));
    if (!file) throw notThere(folder, path);
    reply.headers({
      'content-type': file.type,
      'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      ...(file.encoding === undefined ? {} : { 'content-encoding': file.encoding }),
    });
    return reply.send(file.content);
  });
}

function notThere(folder: string | undefined, path: string): PlatformError {
  const message =
    folder === undefined
      ? 'This platform was started without a console. The API describes itself at /v1/docs.'
      : `The console has no file ${path}. Load its page again; if it stays away, the console was not built.`;
  return new PlatformError('NOT_FOUND', message);
}
