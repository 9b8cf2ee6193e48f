import { shopLimits } from '@batchfeed/schemas';
import type { FastifyRequest } from 'fastify';
import type { BatchTransaction } from './all-or-nothing.ts';
import type { BatchPart, Dispatch, PartAnswer } from './dispatch.ts';

/** Options of the plugin. Every one has a default. */
export interface ShopBatchOptions {
  /** Where the endpoint is. Default `/batch`. */
  path?: string;
  /** Requests in one batch. Default 1,000; the protocol recommends 200. */
  maxRequests?: number;
  /** Bytes of one body. Default 33,554,432 (32 MB); more is answered 400/40013. */
  maxBytes?: number;
  /** Levels of nesting in a body, the envelope's own included. Default 32. */
  maxDepth?: number;
  /** Form fields in one multipart or urlencoded body. Default 100,000. */
  maxFields?: number;
  /** Characters of one URI. Default 8,192. */
  maxUriLength?: number;
  /** Milliseconds a body may take to arrive. Default 60,000; then 408. */
  bodyTimeoutMs?: number;
  /** Milliseconds one request may take. Default 30,000; then that part is 504 and the next one starts. */
  partTimeoutMs?: number;
  /** Milliseconds all requests together may take. Default 120,000; the rest is answered 503, not started. */
  batchTimeoutMs?: number;
  /**
   * Bytes that the answers of one batch may have before no further request is started; the rest is answered 503. Until
   * the answer goes out they are held in memory, where they take many times as much. Default 67,108,864 (64 MB).
   */
  maxAnswerBytes?: number;
  /** Hosts (`name` or `name:port`) accepted in absolute URIs, besides the one the batch itself was called at. Default none. */
  hosts?: readonly string[];
  /** Headers of the call that go along with every request. Default: the caller's identity, language and origin. */
  forwardHeaders?: readonly string[];
  /** Whether routes get `{data: …}` (the protocol's shape, default) or the bare fields. */
  wrapData?: boolean;
  /** Beyond the protocol: do not start the requests after a failed one. Default false. */
  stopOnFailure?: boolean;
  /**
   * Beyond the protocol: all requests of a batch or none, in one transaction of the routes. Implies `stopOnFailure`.
   * Default none.
   */
  transaction?: BatchTransaction | undefined;
  /**
   * Whether the caller may make this request. Asked for every request before the first one starts; one `false` refuses
   * the whole batch with 401/40101. `part.path` is exactly what will be routed. Default: the routes' own hooks decide.
   */
  permits?: (envelope: FastifyRequest, part: BatchPart) => boolean | Promise<boolean>;
  /**
   * Runs round all requests of a batch and ends before the answer goes out, so that it can make them durable together.
   * `run` gives the answers, refused requests included. Default: just runs them.
   */
  around?: (envelope: FastifyRequest, run: () => Promise<readonly PartAnswer[]>) => Promise<void>;
  /** How requests reach their routes. Default: through this very server. */
  dispatch?: Dispatch;
}

/** Headers that say who calls, from where, and in which language. */
export const identityHeaders = [
  'authorization',
  'cookie',
  'accept-language',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-request-id',
] as const;

export const defaults = {
  path: '/batch',
  maxRequests: shopLimits.maxRequestsPerBatch,
  maxBytes: shopLimits.maxPostBytes,
  maxDepth: 32,
  maxFields: 100_000,
  maxUriLength: 8_192,
  bodyTimeoutMs: 60_000,
  partTimeoutMs: 30_000,
  batchTimeoutMs: 120_000,
  maxAnswerBytes: 67_108_864,
  hosts: [],
  forwardHeaders: identityHeaders,
  wrapData: true,
  stopOnFailure: false,
  transaction: undefined,
  permits: () => true,
  around: async (_envelope, run) => void (await run()),
} satisfies ShopBatchOptions;

export type ResolvedOptions = Required<Omit<ShopBatchOptions, 'dispatch'>>;
