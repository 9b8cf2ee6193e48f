import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PlatformError } from '../platform-error.ts';
import type { Vault } from '../vault.ts';

/**
 * Optimistic concurrency: every answer with one resource carries an `ETag`, and a change that brings it back in
 * `If-Match` is made only while the resource is still the same. Without `If-Match` the last one wins.
 */
export class Etags {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  of(resource: object): string {
    // How a feed's plugin fares is not the operator's to overwrite.
    const { circuit: _, leaving: __, ...rest } = resource as { circuit?: unknown; leaving?: unknown };
    return `"${this.#vault.tag(JSON.stringify(rest))}"`;
  }

  /** @throws PlatformError `CHANGED` when the request is about another state of the resource than the present one. */
  mustMatch(request: FastifyRequest, present: object): void {
    const wanted = request.headers['if-match'];
    if (wanted === undefined || wanted.trim() === '*') return;
    const tags = wanted.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (tags.includes(this.of(present))) return;
    throw new PlatformError(
      'CHANGED',
      'If-Match: somebody changed this since you read it. Read it again, and repeat your change on what it is now.',
    );
  }

  /** Puts the tag on answers with one resource. */
  addTo(app: FastifyInstance): void {
    app.addHook('preSerialization', async (_request, reply, payload) => {
      const resource = (payload as { data?: unknown } | null)?.data;
      if (isResource(resource) && !reply.hasHeader('etag')) reply.header('etag', this.of(resource));
      return payload;
    });
  }
}

function isResource(data: unknown): data is object {
  return (
    typeof data === 'object' && data !== null && !Array.isArray(data) && ('id' in data || 'technical_name' in data)
  );
}
