import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import type { BatchAnswer, BatchRequestPart } from '@batchfeed/schemas';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { allOrNothing } from './all-or-nothing.ts';
import { sendAnswer, sendError } from './answer.ts';
import { type BatchPart, type Dispatch, localDispatch } from './dispatch.ts';
import { continueWhenRead, isBodyHeldBack } from './expect-continue.ts';
import { type BatchPartMark, LocalRequest } from './local-exchange.ts';
import { defaults, type ResolvedOptions, type ShopBatchOptions } from './options.ts';
import { parseBody } from './parse-body.ts';
import { readBatch } from './read-batch.ts';
import { discard, readBody } from './read-body.ts';
import { requestTarget, type TargetRules } from './request-target.ts';
import { runParts } from './run-parts.ts';
import { ShopBatchError } from './shop-batch-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when this request is part of a batch. */
    batchPart: BatchPartMark | undefined;
  }
}

/** A request that may start, or the reason why it may not. */
type CheckedPart = BatchPart | ShopBatchError;

const hostOf = (header: string | undefined) => (header ?? '').toLowerCase().replace(/:(?:80|443)$/, '');

const checkPart = (part: BatchRequestPart, rules: TargetRules, wrapData: boolean): CheckedPart => {
  try {
    const { data } = part;
    const payload = data === undefined ? undefined : JSON.stringify(wrapData ? { data } : data);
    return { method: part.method, payload, ...requestTarget(part.uri, rules) };
  } catch (error) {
    if (error instanceof ShopBatchError) return error;
    throw error;
  }
};

const readTree = async (request: FastifyRequest, options: ResolvedOptions): Promise<unknown> => {
  // A preParsing hook of the host application may have put another stream in front of the socket.
  const stream = request.body instanceof Readable ? request.body : request.raw;
  const encoding = request.headers['content-encoding'];
  if (stream === request.raw && encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ShopBatchError('wrongData', 'A compressed body is not accepted.');
  }
  const length = request.headers['content-length'];
  const body = await readBody(stream, length === undefined ? undefined : Number(length), {
    maxBytes: options.maxBytes,
    timeoutMs: options.bodyTimeoutMs,
  });
  return parseBody(body, request.headers['content-type'], options);
};

/** Permission of every request first, then the structure: the order of the protocol. */
const admit = async (request: FastifyRequest, tree: unknown, rules: TargetRules, options: ResolvedOptions) => {
  const { parts, refusal } = readBatch(tree, options.maxRequests);
  const checked = parts.map((part) => checkPart(part, rules, options.wrapData));
  for (const part of checked) {
    if (!(part instanceof ShopBatchError) && !(await options.permits(request, part))) {
      throw new ShopBatchError('noPermission');
    }
  }
  if (refusal !== undefined) throw refusal;
  return { parts, checked };
};

const hangUpSignal = (reply: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
};

const forwarded = (request: FastifyRequest, names: readonly string[]): Record<string, string> => {
  const headers: Record<string, string> = { accept: 'application/json', host: request.headers.host ?? 'localhost' };
  for (const name of names) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
};

const batchHandler = (dispatch: Dispatch, options: ResolvedOptions, ownPath: string) => {
  const hosts = new Set(options.hosts.map(hostOf));
  const forbiddenPaths: ReadonlySet<string> = new Set([ownPath.toLowerCase()]);

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    // The URI check refuses every known spelling; a route that leads here by another way ends here.
    if (request.batchPart !== undefined) throw new ShopBatchError('wrongData', 'uri: a batch cannot contain a batch');
    const calledAt = hostOf(request.headers.host);
    const isOwnHost = (host: string) => host !== '' && (host === calledAt || hosts.has(host));
    const rules = { isOwnHost, forbiddenPaths, maxLength: options.maxUriLength };
    const { parts, checked } = await admit(request, await readTree(request, options), rules, options);

    const answer: BatchAnswer = { requests: { request: [] } };
    const headers = forwarded(request, options.forwardHeaders);
    const { transaction } = options;
    const stopOnFailure = options.stopOnFailure || transaction !== undefined;
    const runAll = () =>
      runParts(
        parts.length,
        async (index, signal) => {
          const part = checked[index]!;
          if (part instanceof ShopBatchError) throw part;
          return dispatch(part, { envelope: request, index, headers, signal });
        },
        { ...options, stopOnFailure, signal: hangUpSignal(reply) },
      );
    const run = async () => {
      const answers = await (transaction === undefined ? runAll() : allOrNothing(transaction, request, runAll));
      answers.forEach(({ statusCode, body }, index) => {
        const { method, uri } = parts[index]!;
        answer.requests.request.push({ method, uri, response: { header: { statusCode }, body } });
      });
      return answers;
    };
    await options.around(request, run);
    return sendAnswer(request, reply, 200, answer);
  };
};

const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  if (!isBodyHeldBack(request.raw)) discard(request.raw);
  if (!request.raw.readableEnded) reply.header('connection', 'close');
  if (error instanceof ShopBatchError) return sendError(request, reply, error);
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  // Fastify itself refuses only one thing before the handler: a Content-Type that is none.
  if (status === 415) return sendError(request, reply, new ShopBatchError('wrongData', 'Content-Type is not valid.'));
  throw error;
};

const plugin = async (server: FastifyInstance, { dispatch = localDispatch(server), ...given }: ShopBatchOptions) => {
  const options: ResolvedOptions = { ...defaults, ...given };
  continueWhenRead(server.server as Server);
  server.decorateRequest('batchPart', undefined);
  server.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request as { raw: unknown };
    request.batchPart = raw instanceof LocalRequest ? raw.mark : undefined;
    done();
  });
  // A context of its own: the raw body and the error shape are this endpoint's, not the whole application's.
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.setErrorHandler(errorHandler);
    scope.post(options.path, batchHandler(dispatch, options, `${server.prefix}${options.path}`));
  });
};

/**
 * Fastify plugin: `POST /batch` (or `path`) in front of the routes of the same server, as in sections 1, 2 and 4 of the
 * protocol. Register it before the routes and hooks that read `request.batchPart`. Authentication is the application's:
 * its `onRequest` hooks run for the batch before the body is read, and again for every request inside.
 */
export const shopBatch = fp(plugin, { fastify: '5.x', name: '@batchfeed/shop-batch-server' });
