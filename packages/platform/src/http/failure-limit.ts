import type { FastifyReply, FastifyRequest } from 'fastify';
import { PlatformError } from '../platform-error.ts';

const WINDOW_MS = 60_000;
/** Addresses remembered at once; beyond that the oldest is forgotten. */
const ADDRESSES = 10_000;

/**
 * Counts failed attempts to authenticate by address, and says so (429) once there are too many. Whoever has the right
 * credentials passes all the same: they are too long to be guessed at any rate, and a script with an old token must not
 * lock out everybody else behind its address.
 */
export class FailureLimit {
  readonly #max: number;
  readonly #failures = new Map<string, { count: number; until: number }>();

  /** @param max failures of one address in a minute. Default 20. */
  constructor(max = 20) {
    this.#max = max;
  }

  /** Counts a failure, and returns the error to answer it with. */
  failed(request: FastifyRequest, reply: FastifyReply, message: string): PlatformError {
    const now = performance.now();
    let entry = this.#failures.get(request.ip);
    if (entry === undefined || entry.until <= now) {
      this.#failures.delete(request.ip);
      entry = { count: 0, until: now + WINDOW_MS };
      this.#failures.set(request.ip, entry);
      const [oldest] = this.#failures.keys();
      if (this.#failures.size > ADDRESSES && oldest !== undefined) this.#failures.delete(oldest);
    }
    entry.count += 1;
    if (entry.count <= this.#max) return new PlatformError('UNAUTHENTICATED', message);
    reply.header('retry-after', String(Math.ceil((entry.until - now) / 1_000)));
    return new PlatformError(
      'TOO_MANY_FAILURES',
      'Too many failed attempts to authenticate from this address. Check the credentials, and try again later.',
    );
  }
}
