import { shopLimits } from '@batchfeed/schemas';
import {
  parseBody,
  ShopBatchError,
  sendAnswer,
  sendError,
  shopBatch,
  shopServerErrors,
} from '@batchfeed/shop-batch-server';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { accessHooks, adminScope, permitsPart } from './access-hooks.ts';
import { batchTransaction } from './batch-transaction.ts';
import { Catalogue } from './catalogue.ts';
import { CommitGroup } from './commit-group.ts';
import { Counters } from './counters.ts';
import { crossOriginHooks } from './cross-origin-hooks.ts';
import { openDatabase } from './database.ts';
import { storeShapes } from './database-tables.ts';
import { faultHooks } from './fault-hooks.ts';
import { fileRoutes } from './file-routes.ts';
import { type Application, type Credentials, identifier } from './identity.ts';
import { RateLimiter } from './rate-limiter.ts';
import { reloadOrderRoute } from './reload-order-route.ts';
import { resourceRoutes } from './resource-routes.ts';
import { resources } from './resources.ts';
import { seedItems } from './seed-items.ts';
import { tokenRoute } from './token-route.ts';
import { tokenSecretIn } from './token-secret.ts';

export interface ShopOptions {
  /** Folder of `shop.db`; made if missing. */
  dataDir: string;
  credentials: Credentials;
  /** Applications that may ask for tokens. Default none. */
  applications?: readonly Application[];
  /** Calls per second of one application; 0, the default, means no limit. */
  requestsPerSecond?: number;
  /** Origins whose pages may call the shop from a browser. Default none. */
  allowedOrigins?: readonly string[];
  /** All requests of a batch or none, which is more than the real shop promises. Default false. */
  allOrNothing?: boolean;
  /** Milliseconds that the headers of a request may take. Default 15,000; then 408. */
  headersTimeoutMs?: number;
  /** Milliseconds that a whole request may take to arrive. Default 120,000; then 408. */
  requestTimeoutMs?: number;
}

const bodyLimits = { maxDepth: 32, maxFields: 100_000 };

const toShopError = (error: unknown): ShopBatchError | undefined => {
  if (error instanceof ShopBatchError) return error;
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ShopBatchError('postTooLarge', undefined, { limit: shopLimits.maxPostBytes });
  }
  return typeof code === 'string' && code.startsWith('FST_ERR_CTP_')
    ? new ShopBatchError('wrongData', 'The body cannot be read.', { cause: error })
    : undefined;
};

const nowSeconds = () => Math.floor(Date.now() / 1_000);

const path = (url: string) => url.split('?', 1)[0];

/** Bodies of single requests are read like those of batches: JSON or forms, without prototypes. */
const readBodies = (server: FastifyInstance) => {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const { 'content-encoding': encoding = 'identity', 'content-type': type } = request.headers;
    if (encoding.toLowerCase() !== 'identity')
      throw new ShopBatchError('wrongData', 'A compressed body is not accepted.');
    return body.length === 0 ? undefined : parseBody(body, type, bodyLimits);
  });
};

const answerErrors = (server: FastifyInstance) => {
  server.setErrorHandler((error, request, reply) => {
    const known = toShopError(error);
    if (known !== undefined) return sendError(request, reply, known);
    request.log.error({ err: error });
    return sendAnswer(request, reply, 500, { message: 'Internal error.' });
  });
  server.setNotFoundHandler((request, reply) =>
    sendAnswer(request, reply, 404, {
      error: 40401,
      message: `Resource matching URI "${path(request.url)}" not found`,
    }),
  );
};

/**
 * The shop as a server that does not listen yet. Closing it commits what is open and closes the database.
 *
 * @throws {DataDirError} see {@link openDatabase}
 */
export const buildShop = async (options: ShopOptions): Promise<FastifyInstance> => {
  const { dataDir, credentials, applications = [], requestsPerSecond = 0, allOrNothing = false } = options;
  const { headersTimeoutMs = 15_000, requestTimeoutMs = 120_000, allowedOrigins = [] } = options;
  const { database, close } = openDatabase(dataDir, storeShapes(resources.values()));
  const tokenSecret = tokenSecretIn(dataDir);
  const commits = new CommitGroup(database);
  const counters = new Counters(
    database,
    commits,
    storeShapes(resources.values()).map(({ name }) => name),
  );
  const catalogue = new Catalogue(resources, database, commits);
  seedItems(catalogue);
  await commits.settled();

  const server = Fastify({
    ...shopServerErrors,
    bodyLimit: shopLimits.maxPostBytes,
    requestTimeout: requestTimeoutMs,
    // Node looks for late senders only now and then; so often that nobody gets much more than the time meant.
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: Math.max(50, headersTimeoutMs / 10) },
    // An id may be long and every character of it percent-encoded; how long is for the id's own rule to say.
    routerOptions: { maxParamLength: 8_192 },
  });
  server.addHook('onClose', async () => {
    await commits.settled();
    close();
  });

  await server.register(shopBatch, {
    permits: permitsPart,
    transaction: allOrNothing ? batchTransaction(server, commits) : undefined,
    around: async (_envelope, run) => {
      counters.countBatch(await run());
      await commits.settled();
    },
  });
  crossOriginHooks(server, allowedOrigins);
  accessHooks(server, identifier(credentials, tokenSecret, nowSeconds), new RateLimiter(requestsPerSecond));
  // No answer leaves before what it tells of is on disk; the parts of a batch wait together, in `around`.
  server.addHook('onSend', (request, _reply, payload, done) => {
    if (request.batchPart !== undefined) return done(null, payload);
    commits.settled().then(() => done(null, payload), done);
  });

  faultHooks(server);

  readBodies(server);
  answerErrors(server);
  for (const resource of resources.values()) resourceRoutes(server, resource, catalogue);
  fileRoutes(server, database, commits);
  reloadOrderRoute(server, catalogue, tokenSecret);
  tokenRoute(server, applications, tokenSecret, nowSeconds);
  server.get('/admin/statistics', { config: { scope: adminScope } }, (_request, reply) => reply.send(counters.read()));
  return server;
};
