import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PlatformError } from '../platform-error.ts';
import type { Vault } from '../vault.ts';

/** Headers of a route that heeds `If-Match`. One that does not say so refuses it. */
export const ifMatchHeaders = z.looseObject({
  'if-match': z.string().optional().describe('The ETag of what is changed: 412 when it is not the same any more.'),
});

/** What of a feed is no setting of it. */
const FARES: ReadonlySet<string> = new Set(['circuit', 'backlog', 'damage', 'waits_for', 'leaving']);
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Optimistic concurrency: every answer with one resource carries an `ETag`, and a change that brings it back in
 * `If-Match` is made only while the resource is still the same. Without `If-Match` the last one wins. No change passes over an
 * `If-Match` that it cannot check.
 */
export class Etags {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  of(resource: object): string {
    // How a feed's plugin fares is not the operator's to overwrite.
    const own = Object.entries(resource).filter(([name]) => !FARES.has(name));
    return `"${this.#vault.tag(JSON.stringify(Object.fromEntries(own)))}"`;
  }

  /** @throws PlatformError `CHANGED` when the request is about another state of the resource than the present one. */
  mustMatch(request: FastifyRequest, present: object): void {
    const wanted = wantedTags(request);
    if (wanted === undefined || wanted.includes(this.of(present))) return;
    throw new PlatformError(
      'CHANGED',
      'If-Match: somebody changed this since you read it. Read it again, and repeat your change on what it is now.',
    );
  }

  /** Puts the tag on answers with one resource, and refuses `If-Match` where nothing has one. */
  addTo(app: FastifyInstance): void {
    app.addHook('onRequest', async (request) => {
      if (request.is404 || READS.has(request.method) || heedsIfMatch(request) || !wantedTags(request)) return;
      throw new PlatformError('CHANGED', 'If-Match: nothing here has an ETag that it could match. Leave it out.');
    });
    app.addHook('preSerialization', async (_request, reply, payload) => {
      const resource = (payload as { data?: unknown } | null)?.data;
      if (isResource(resource) && !reply.hasHeader('etag')) reply.header('etag', this.of(resource));
      return payload;
    });
  }
}

/** The tags a change was made conditional on; undefined when any state will do. */
function wantedTags({ headers }: FastifyRequest): string[] | undefined {
  const wanted = headers['if-match'];
  if (wanted === undefined || wanted.trim() === '*') return undefined;
  return wanted.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

function heedsIfMatch({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.schema as { headers?: unknown } | undefined)?.headers === ifMatchHeaders;
}

function isResource(data: unknown): data is object {
  return (
    typeof data === 'object' && data !== null && !Array.isArray(data) && ('id' in data || 'technical_name' in data)
  );
}
