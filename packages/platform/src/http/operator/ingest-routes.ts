import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ingestReportSchema, resourceWrapperSchema } from '@batchfeed/schemas';
import type { FastifyRequest } from 'fastify';
import { takesUpdates } from '../../feed-lifecycle.ts';
import { ingestStream } from '../../ingest/ingest-stream.ts';
import { PlatformError } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

/**
 * `…/user_segment_updates`: an NDJSON stream of any length, gzipped or not. Answered once everything accepted is on disk. Register it
 * in a scope of its own: it takes bodies as streams, whatever they say they are.
 */
export function ingestRoutes(app: RouteApp, { configuration, pipeline, now, closing }: Services): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post(
    '/audience_segment_external_feeds/:feed_id/user_segment_updates',
    { schema: { params: feedParams, response: { 200: resourceWrapperSchema(ingestReportSchema) } } },
    async (request) => {
      const feed = findFeed(configuration, request.params);
      if (!takesUpdates(feed.status) || feed.session_id === undefined) {
        throw new PlatformError(
          'CONFLICT',
          `Feed ${feed.id} is ${feed.status} and takes no updates. Activate it first.`,
        );
      }
      const append = pipeline.appender({ feedId: feed.id, sessionId: feed.session_id });
      const report = await ingestStream(bodyOf(request), { append, now, closing });
      pipeline.rejected(feed.id, feed.session_id, report.rejected);
      return ok(report);
    },
  );
}

/** How bodies may be packed, and what unpacks them. */
const UNPACKERS: Readonly<Record<string, (body: Readable) => AsyncIterable<Buffer>>> = {
  identity: (body) => body,
  gzip: (body) => {
    const unpacked = createGunzip();
    body.on('error', (error) => unpacked.destroy(error));
    return body.pipe(unpacked);
  },
};

function bodyOf(request: FastifyRequest): AsyncIterable<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const unpack = Object.hasOwn(UNPACKERS, encoding) ? UNPACKERS[encoding] : undefined;
  if (unpack === undefined) {
    throw new PlatformError(
      'INVALID',
      `Content-Encoding: ${encoding} is not taken. Send gzip, or the updates as they are.`,
    );
  }
  // Without a body Fastify parses nothing, and the upload is one of no lines.
  return request.body === undefined || request.body === null
    ? unpack(Readable.from([]))
    : unpack(request.body as Readable);
}
