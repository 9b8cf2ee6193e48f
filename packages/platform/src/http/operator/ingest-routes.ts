import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  type FeedResource,
  type FeedStatus,
  type IngestReport,
  ingestReportSchema,
  resourceWrapperSchema,
} from '@batchfeed/schemas';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { takesUpdates } from '../../feed-lifecycle.ts';
import { ingestStream } from '../../ingest/ingest-stream.ts';
import { readLines } from '../../ingest/read-lines.ts';
import type { UploadMode } from '../../ingest/upload-notes.ts';
import type { KeyedUpload } from '../../ingest/upload-register.ts';
import { remembering, WholeSegment } from '../../ingest/whole-segment.ts';
import { PlatformError } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

const query = z.object({
  /** `diff`: the lines are updates. `full`: they are everybody who is in the segment. */
  mode: z.enum(['diff', 'full']).default('diff'),
  /** With `mode=full`: whether a body without lines means that nobody is. */
  allow_empty: z.enum(['true', 'false']).default('false'),
});
/** What makes a feed take updates. */
const ADVICE: Readonly<Record<FeedStatus, string>> = {
  INITIAL: 'Activate it first.',
  PUBLISHED: 'Activate it first.',
  PAUSED: 'Resume it first; that works although its plugin does not answer.',
  DRAINING: 'It is being deleted.',
  DISCARDING: 'It is being deleted.',
  ACTIVE: '',
  INITIAL_LOADING: '',
  LIVE: '',
};
const keySchema = z.string().min(1).max(255);
const headers = z.looseObject({
  'idempotency-key': keySchema
    .optional()
    .describe('Of the upload: sent again with the same one, what was taken already is not taken twice.'),
  'content-encoding': z.string().optional().describe('gzip when the body is; identity, or left out, when it is not.'),
});

/**
 * `…/user_segment_updates`: NDJSON of any length, or a JSON array, gzipped or not. Answered once everything accepted is on
 * disk; 503 or 507 as soon as there is no room on it, with how much was taken. Register it in a scope of its own: it takes bodies as streams, whatever they say they are.
 */
export function ingestRoutes(app: RouteApp, services: Services): void {
  const { configuration, uploads, pipeline } = services;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post(
    '/audience_segment_external_feeds/:feed_id/user_segment_updates',
    {
      schema: {
        params: feedParams,
        querystring: query,
        headers,
        response: { 200: resourceWrapperSchema(ingestReportSchema) },
      },
    },
    async (request, reply) => {
      const feed = findFeed(configuration, request.params);
      if (!takesUpdates(feed.status) || feed.session_id === undefined) {
        throw new PlatformError(
          'CONFLICT',
          `Feed ${feed.id} is ${feed.status} and takes no updates. ${ADVICE[feed.status]}`,
        );
      }
      const body = bodyOf(request);
      const upload = { ...request.query, body, isJson: isJson(request), feed, gone: hangUpOf(reply) };
      const key = request.headers['idempotency-key'];
      const { mode } = request.query;
      const report =
        key === undefined
          ? await takeIn(services, upload)
          : await uploads.run({ feedId: feed.id, key, mode }, (guard) => takeIn(services, { ...upload, guard }));
      pipeline.rejected(feed.id, feed.session_id, report.rejected);
      return ok(report);
    },
  );
}

interface GivenUpload {
  readonly feed: FeedResource;
  readonly mode: UploadMode;
  readonly allow_empty: 'true' | 'false';
  readonly body: AsyncIterable<Buffer>;
  readonly isJson: boolean;
  readonly guard?: KeyedUpload;
  /** Aborted when the client has hung up. */
  readonly gone: AbortSignal;
}

function takeIn(services: Services, upload: GivenUpload): Promise<IngestReport> {
  const isWhole = upload.mode === 'full' && upload.guard?.isDone !== true;
  return services.readAhead.during(() => (isWhole ? takeInWhole(services, upload) : takeInUpdates(services, upload)));
}

function takeInUpdates(
  { configuration, pipeline, lineReader, readAhead: ahead, backpressure, now, closing, stalledMs }: Services,
  { feed, mode, body, isJson, guard, gone }: GivenUpload,
): Promise<IngestReport> {
  const scope = { feedId: feed.id, sessionId: feed.session_id as string };
  const append = pipeline.appender(scope);
  const mayTake = () => backpressure.check(feed.id);
  const common = { ahead, isJson, guard, mayTake, closing, gone, stalledMs };
  if (!feed.track_segment && mode === 'diff')
    return ingestStream(body, { ...common, read: (lines) => lineReader.read(lines, now()), append });
  // Who is in the segment is told by what the lines say, so that these are read where that is noted.
  return ingestStream(body, {
    ...common,
    read: (lines) => readLines(lines, now(), mode === 'full'),
    append: feed.track_segment ? remembering({ configuration, ...scope, append }) : append,
  });
}

async function takeInWhole(
  {
    configuration,
    lifecycle,
    pipeline,
    wholeUploads,
    readAhead: ahead,
    backpressure,
    now,
    closing,
    stalledMs,
  }: Services,
  { feed, body, isJson, guard, allow_empty, gone }: GivenUpload,
): Promise<IngestReport> {
  if (wholeUploads.has(feed.id)) {
    throw new PlatformError('CONFLICT', `A whole segment is being uploaded for feed ${feed.id}. Wait for its end.`);
  }
  wholeUploads.add(feed.id);
  try {
    const scope = { feedId: feed.id, sessionId: feed.session_id as string };
    const whole = new WholeSegment({ configuration, ...scope, append: pipeline.appender(scope), now });
    lifecycle.loading(feed.id, false);
    pipeline.configurationChanged(feed.id);
    const report = await ingestStream(body, {
      read: (lines) => readLines(lines, now(), true),
      append: (updates, notes) => whole.append(updates, notes),
      mayTake: () => backpressure.check(feed.id),
      ahead,
      isJson,
      guard,
      closing,
      gone,
      stalledMs,
    });
    if (report.accepted + report.rejected === 0 && allow_empty !== 'true') {
      throw new PlatformError(
        'INVALID',
        'The request body has no members. If the segment is empty, say so with allow_empty=true.',
      );
    }
    // What is not the same upload deletes nobody.
    guard?.mustBeComplete();
    await whole.complete(report.rejected);
    if (report.rejected === 0) lifecycle.loading(feed.id, true);
    pipeline.configurationChanged(feed.id);
    return { ...report, whole_segment: whole.report };
  } finally {
    wholeUploads.delete(feed.id);
  }
}

/** Aborted when the connection ends before the answer is sent. */
function hangUpOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}

function isJson({ headers }: FastifyRequest): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

/** How bodies may be packed, and what unpacks them. */
const UNPACKERS: Readonly<Record<string, (body: Readable) => AsyncIterable<Buffer>>> = {
  identity: (body) => body,
  gzip: (body) => {
    // In pieces as large as those of a body that is not packed.
    const unpacked = createGunzip({ chunkSize: 64 * 1024 });
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
