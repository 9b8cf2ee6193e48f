/**
 * The life of one row, pure.
 *
 *   send ──answered──▶ settled                       succeeded or failed, as the shop says
 *   send ──turned away──▶ send again, or settled     certainly not done: any method may go again; at the end `unsent`
 *   send ──doubtful──▶ GET, PUT, DELETE: send again  repeating them does no harm; at the end `unknown` (GET: `failed`)
 *                      POST with an outer id: look   a GET of the resource decides
 *                      POST without: settled         `unknown`: only the caller can decide
 *   look ──not there──▶ send
 *   look ──there, as sent──▶ settled                 succeeded
 *   look ──there, different──▶ send                  an outer id that exists is updated or refused, never duplicated
 *
 * Invariants: a row that may have been done never ends `unsent` or, for want of an answer, `failed`; a POST goes out
 * again only when it is certainly not done or its outer id makes a repetition recognisable.
 */
import { shopErrors, unwrapResponse } from '@batchfeed/schemas';
import { holdsData } from './holds-data.ts';
import type { Verdict } from './judge-exchange.ts';
import { hasOuterId, type Row, type RowReason, type RowResult } from './row.ts';

type Part = Extract<Verdict, { kind: 'part' }>;
/** `undefined`: the row goes into a next batch, by its `step`. */
type Decision = RowResult | undefined;

const DONE: ReadonlySet<number> = new Set([200, 201, 204]);

/** Part statuses after which a row may go again: what they say of it. */
const RETRY: Readonly<Record<number, 'undone' | 'erred' | 'doubtful'>> = {
  408: 'doubtful',
  429: 'undone',
  500: 'erred',
  502: 'doubtful',
  503: 'erred',
  504: 'doubtful',
};

const NOT_FOUND = 404;
const CONFLICT = 409;
const UNKNOWN_OUTER_ID = shopErrors.wrongId.code;
const RESOURCE_EXISTS = shopErrors.resourceExists.code;

/** What may still be tried for a row. */
export interface Chance {
  /** False at the limit of attempts, after an abort, and when a later row for the same resource was done. */
  readonly mayRetry: boolean;
  /** The API's address, to tell a resource from a collection. */
  readonly base: string;
  /** Why it may not be retried, when that says more than the verdict. */
  readonly instead?: RowReason | undefined;
}

/** Takes a verdict in: moves the row to its next step, or returns its end. */
export function decideRow(row: Row, verdict: Verdict, chance: Chance): Decision {
  if (row.step === 'look') return decideLook(row, verdict, chance);
  if (verdict.kind === 'part') return decidePart(row, verdict, chance);
  return verdict.kind === 'undone' ? decideUndone(row, verdict, chance) : decideDoubt(row, verdict, chance);
}

function decidePart(row: Row, part: Part, chance: Chance): Decision {
  if (DONE.has(part.status)) return end(row, 'succeeded', part);
  // What an earlier attempt already deleted is not there any more.
  const tried = row.past !== 'clean';
  if (tried && row.request.method === 'DELETE' && part.status === NOT_FOUND) return end(row, 'succeeded', part);
  const { status, code, message = `The shop answered ${status}` } = part;
  const why = { status, message, retryable: true, ...(code === undefined ? {} : { code }) };
  if (tried && isRefusedRepetition(row, part)) {
    return decideDoubt(row, { kind: 'doubtful', reason: 'EXISTS_DIFFERENT', ...why }, chance);
  }
  const kind = RETRY[status];
  if (kind === 'doubtful') return decideDoubt(row, { kind, reason: 'ANSWER_LOST', ...why }, chance);
  if (kind === 'undone') return decideUndone(row, { kind, reason: 'RATE_LIMITED', outcome: 'unsent', ...why }, chance);
  if (kind === 'erred' && chance.mayRetry && mayRepeat(row, chance)) {
    if (row.past === 'clean') row.past = 'erred';
    return repeat(row);
  }
  const outcome = kind === 'erred' && row.past === 'doubtful' ? doubtOutcome(row) : 'failed';
  return end(row, outcome, { ...part, message, reason: chance.instead });
}

/** A POST that the shop refuses because it, or an earlier attempt of it, is already there. */
function isRefusedRepetition(row: Row, { status, code }: Part): boolean {
  if (row.request.method !== 'POST') return false;
  return status === CONFLICT || code === RESOURCE_EXISTS || (status === 400 && row.seen === 'different');
}

function decideUndone(row: Row, verdict: Extract<Verdict, { kind: 'undone' }>, chance: Chance): Decision {
  if (verdict.retryable && chance.mayRetry) return undefined;
  // An earlier attempt may have gone through: then "not done" would be a lie.
  const outcome = row.past === 'doubtful' ? doubtOutcome(row) : verdict.outcome;
  return end(row, outcome, { ...verdict, reason: chance.instead ?? verdict.reason });
}

function decideDoubt(row: Row, verdict: Extract<Verdict, { kind: 'doubtful' }>, chance: Chance): Decision {
  row.past = 'doubtful';
  if (verdict.retryable && chance.mayRetry && mayRepeat(row, chance)) return repeat(row);
  return end(row, doubtOutcome(row), { ...verdict, reason: chance.instead ?? verdict.reason });
}

const mayRepeat = (row: Row, { base }: Chance): boolean => row.request.method !== 'POST' || hasOuterId(row, base);

function repeat(row: Row): undefined {
  if (row.request.method === 'POST') row.step = 'look';
}

function decideLook(row: Row, verdict: Verdict, { mayRetry }: Chance): Decision {
  const found = findingOf(row, verdict);
  if (found === 'held' && verdict.kind === 'part') return end(row, 'succeeded', verdict);
  if (mayRetry && (found === 'absent' || found === 'different')) {
    row.seen = found;
    row.step = 'send';
    return undefined;
  }
  if (verdict.kind !== 'part') return verdict.retryable && mayRetry ? undefined : end(row, 'unknown', verdict);
  if (mayRetry && RETRY[verdict.status] !== undefined) return undefined;
  const { status, code, message = `Looking for it was answered ${status}` } = verdict;
  return found === 'different'
    ? end(row, 'unknown', {
        status,
        reason: 'EXISTS_DIFFERENT',
        message: 'It exists, but not certainly as it was sent',
      })
    : end(row, 'unknown', { status, code, reason: 'ANSWER_LOST', message });
}

/** What the answer to a look-up says of the resource; undefined when it says nothing. */
export function findingOf(row: Row, verdict: Verdict): 'held' | 'absent' | 'different' | undefined {
  if (verdict.kind !== 'part') return undefined;
  if (verdict.status === NOT_FOUND || verdict.code === UNKNOWN_OUTER_ID) return 'absent';
  if (verdict.status !== 200) return undefined;
  return holdsData(unwrapResponse(verdict.body), row.request.data) ? 'held' : 'different';
}

// A GET changes nothing, so no answer to it leaves nothing in doubt.
const doubtOutcome = (row: Row): 'failed' | 'unknown' => (row.request.method === 'GET' ? 'failed' : 'unknown');

interface Detail {
  status?: number | undefined;
  code?: number | undefined;
  reason?: RowReason | undefined;
  message?: string | undefined;
  body?: unknown;
}

/** The end of a row, without the fields that have nothing to say. */
export function end(row: Pick<Row, 'attempts'>, outcome: RowResult['outcome'], detail: Detail): RowResult {
  const result: RowResult = { outcome, attempts: row.attempts };
  if (detail.status !== undefined) result.status = detail.status;
  if (detail.code !== undefined) result.code = detail.code;
  if (detail.reason !== undefined) result.reason = detail.reason;
  if (detail.message !== undefined) result.message = detail.message;
  if (detail.body !== undefined) result.body = detail.body;
  return result;
}
