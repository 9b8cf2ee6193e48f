import type { BatchLine } from '@batchfeed/batcher';
import type { BatchRequestPart } from '@batchfeed/schemas';
import { shopMethods } from '@batchfeed/schemas';
import { resolveUri, resourceOf } from './base-url.ts';
import { utf8Bytes } from './utf8-bytes.ts';

/** One request of a batch. `uri` is absolute, or relative to the client's `baseUrl`; `data` belongs to POST and PUT. */
export type ShopRequest = BatchRequestPart;

/** How a row ended. Every row ends in exactly one of these. */
export type RowOutcome =
  /** The shop answered 200, 201 or 204 for this row (or a look-up proved that it is done). */
  | 'succeeded'
  /** The row was refused, by the shop or before it was sent, and is not done. */
  | 'failed'
  /** The row went out and no answer says whether it was done: look before sending it again. */
  | 'unknown'
  /** The row is certainly not done, through no fault of its own: it can be sent again as it is. */
  | 'unsent';

/** Why a row ended otherwise than by its own status. */
export type RowReason =
  /** It is not a possible request: method, `uri` or `data`. */
  | 'REQUEST_INVALID'
  /** It exceeds the limit of the request body even alone. */
  | 'ROW_TOO_LARGE'
  /** The answer has no part for it, or its count is wrong and no part is certainly this row's. */
  | 'PART_MISSING'
  /** The part at its position cannot be read. */
  | 'PART_MALFORMED'
  /** The part at its position answers another method. */
  | 'PART_MISMATCHED'
  /** The answer of the whole batch cannot be read. */
  | 'ANSWER_INVALID'
  /** The shop refused the batch as a whole. */
  | 'BATCH_REFUSED'
  /** The shop answered the batch with a redirect, which is never followed. */
  | 'REDIRECTED'
  /** The rate limit was still in force at the last attempt. */
  | 'RATE_LIMITED'
  /** No connection could be made. */
  | 'NOT_CONNECTED'
  /** The connection broke or timed out after the request had gone out, or a gateway gave up waiting. */
  | 'ANSWER_LOST'
  /** No access token could be had. */
  | 'AUTH_FAILED'
  /** The caller gave up, or the deadline passed. */
  | 'ABORTED'
  /** A later row for the same resource was carried out, so that sending this one again would undo it. */
  | 'OVERTAKEN'
  /** It exists, but with other content than was sent. */
  | 'EXISTS_DIFFERENT'
  /** Sending stopped earlier, because the shop turned every batch away. */
  | 'STOPPED';

/** The end of one row. */
export interface RowResult {
  outcome: RowOutcome;
  /** The row's own status; of the whole batch when that was turned away. */
  status?: number;
  /** The shop's inner code, such as 40003. */
  code?: number;
  reason?: RowReason;
  message?: string;
  /** The row's answer; absent when it is empty (`{}`, `[]`, `""`, null or `<body/>`). Values are never re-typed. */
  body?: unknown;
  /** How often the row was sent; look-ups do not count. */
  attempts: number;
}

/**
 * A row on its way. `send` puts the request itself into the next batch, `look` a GET of its resource, which decides
 * whether the request still has to be sent.
 */
export interface Row extends BatchLine {
  readonly key: '';
  /** Position in the caller's input, from 0. */
  readonly index: number;
  readonly request: ShopRequest;
  /** The URI as sent. */
  readonly uri: string;
  /** The request as it stands in the body. */
  readonly text: string;
  readonly settle: (result: RowResult, row: Row) => void;
  step: 'send' | 'look';
  attempts: number;
  /** Failed tries that count towards the limit. */
  strikes: number;
  /** What earlier attempts left behind: nothing, an error the shop answered, or doubt whether one was carried out. */
  past: 'clean' | 'erred' | 'doubtful';
  /** What the last look-up found. */
  seen: 'absent' | 'different' | undefined;
  /** It is in a batch whose answer is awaited. */
  underWay: boolean;
  settled: boolean;
}

const METHODS: ReadonlySet<unknown> = new Set(shopMethods);
const TAKES_DATA: ReadonlySet<unknown> = new Set(['POST', 'PUT']);

const problemOf = ({ method, uri, data }: ShopRequest): string | undefined => {
  if (!METHODS.has(method)) return `method must be one of ${shopMethods.join(', ')}`;
  if (typeof uri !== 'string') return 'uri must be a string';
  if (data === undefined) return undefined;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return 'data must be an object';
  return TAKES_DATA.has(method) ? undefined : `data belongs to POST and PUT, not ${method}`;
};

/** A request that an earlier run may already have carried out. */
export interface ResumedRequest extends ShopRequest {
  /**
   * An earlier run may have sent it: a POST with an outer id is looked for first, one without is not sent and ends
   * `unknown`; the other methods are sent as ever. Default false.
   */
  doubtful?: boolean | undefined;
}

/** Makes a row of a request, or its end when it cannot be sent. */
export function makeRow(request: ResumedRequest, index: number, base: string, settle: Row['settle']): Row | RowResult {
  if (typeof request !== 'object' || request === null) return refuse('A request must be an object');
  const problem = problemOf(request);
  if (problem !== undefined) return refuse(problem);
  const { method, data, doubtful = false } = request;
  const uri = resolveUri(base, request.uri);
  if (uri === undefined)
    return refuse('uri must be absolute or a path below baseUrl, without white space or backslash');
  let text: string;
  try {
    text = JSON.stringify({ method, uri, data });
  } catch {
    return refuse('data cannot be written as JSON');
  }
  const row: Row = {
    key: '',
    bytes: utf8Bytes(text),
    index,
    request,
    uri,
    text,
    settle,
    step: 'send',
    attempts: 0,
    strikes: 0,
    past: doubtful ? 'doubtful' : 'clean',
    seen: undefined,
    underWay: false,
    settled: false,
  };
  if (doubtful && method === 'POST') {
    if (!hasOuterId(row, base)) return { outcome: 'unknown', reason: 'ANSWER_LOST', message: LOST_BEFORE, attempts: 0 };
    row.step = 'look';
  }
  return row;
}

const LOST_BEFORE = 'An earlier run may have carried it out, and it has no outer id to look for';

const refuse = (message: string): RowResult => ({ outcome: 'failed', reason: 'REQUEST_INVALID', message, attempts: 0 });

/** Whether `makeRow` made a row. */
export const isRow = (made: Row | RowResult): made is Row => 'settle' in made;

/** The method the row has in the batch it goes out with now. */
export const wireMethod = (row: Row): string => (row.step === 'look' ? 'GET' : row.request.method);

/** The address a look-up asks for: the row's own, without query. */
const lookUri = (row: Row): string => row.uri.replace(/[?#].*$/, '');

/** The URI the row has in the batch it goes out with now. */
export const wireUri = (row: Row): string => (row.step === 'look' ? lookUri(row) : row.uri);

/** The request text the row has in the batch it goes out with now; a look-up is never longer than its row. */
export const wireText = (row: Row): string =>
  row.step === 'look' ? JSON.stringify({ method: 'GET', uri: lookUri(row) }) : row.text;

/** A POST whose URI names the resource to create (`POST /products/SKU-11`): repeating it can be recognised. */
export const hasOuterId = (row: Row, base: string): boolean =>
  row.request.method === 'POST' && resourceOf(base, row.uri) !== undefined;

/** Ends a row, once. */
export function settleRow(row: Row, result: RowResult): void {
  if (row.settled) return;
  row.settled = true;
  row.settle(result, row);
}
