import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { maskText } from '../history/mask.ts';
import { type ErrorFacts, isPlatformError, PlatformError } from '../platform-error.ts';

/** Engine and store failures that are the platform's state and no fault in it. */
const DELIVERY_CODES: Readonly<Record<string, string>> = {
  CLOSED: 'The platform is shutting down. Try again when it is back.',
  STORE_FULL:
    'The disk of the data folder is full. Nothing of this request after the last full report was kept; make room and repeat it.',
  STORE_READ_ONLY: 'The data folder can no longer be written. Mend that and start the platform again.',
};

/** Answers every error with the error wrapper; the log has the same `error_id`, and everything about what was unexpected. */
export function handleError(error: FastifyError | PlatformError, request: FastifyRequest, reply: FastifyReply): void {
  const known = asPlatformError(error);
  const status = known?.statusCode ?? 500;
  const errorId = randomUUID();
  const message =
    known?.message ?? 'The platform failed in a way it does not know. The log says more under this error_id.';
  const entry = {
    error_id: errorId,
    code: known?.code,
    method: request.method,
    route: request.routeOptions.url,
    status,
  };
  if (known === undefined) request.log.error({ ...entry, err: error }, 'request failed');
  else {
    // A plugin writes what it refuses with, and may name a user in it.
    const reason = known.code === 'PLUGIN_REFUSED' ? maskText(message) : message;
    request.log.info({ ...entry, reason }, 'request refused');
  }
  if (status === 401) reply.header('www-authenticate', isBasic(request) ? 'Basic realm="gateway"' : 'Token');
  const { retryAfterS, ...facts } = known?.facts ?? {};
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
  reply.code(status).send({ status: 'error', error: message, error_id: errorId, ...codeOf(known), ...named(facts) });
}

/** The code stands where an error says more than its sentence, as programs go on with that. */
function codeOf(known: KnownError | undefined): { code?: string } {
  return Object.keys(known?.facts ?? {}).length === 0 ? {} : { code: known?.code ?? '' };
}

/** In the spelling of the API. */
function named({ accepted, rejected, overtaken, overtakenIds }: ErrorFacts) {
  return {
    ...(accepted === undefined ? {} : { accepted }),
    ...(rejected === undefined ? {} : { rejected }),
    ...(overtaken === undefined ? {} : { overtaken }),
    ...(overtakenIds === undefined ? {} : { overtaken_ids: overtakenIds }),
  };
}

/** Whether a request comes with a worker's credentials, which are for the gateway. */
export function isBasic(request: { headers: { authorization?: string | undefined } }): boolean {
  return /^basic\s/i.test(request.headers.authorization ?? '');
}

interface KnownError {
  readonly message: string;
  readonly code: string;
  readonly statusCode: number;
  readonly facts?: ErrorFacts;
}

function asPlatformError(error: FastifyError | PlatformError): KnownError | undefined {
  if (isPlatformError(error)) return error;
  const unavailable = error.name === 'DeliveryError' ? DELIVERY_CODES[error.code] : undefined;
  if (unavailable !== undefined) return new PlatformError('UNAVAILABLE', unavailable);
  if (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new PlatformError('INVALID', 'The request ended before its body was complete.');
  }
  if (/^Z_(DATA|BUF)_ERROR$/.test(error.code ?? '')) {
    return new PlatformError(
      'INVALID',
      'The request body is no complete gzip stream. What came before the damage was taken in.',
    );
  }
  // What Fastify itself refuses: malformed JSON, a body too large, a content type nobody reads.
  const { statusCode } = error as FastifyError;
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  return { message: error.message, code: error.code, statusCode };
}
