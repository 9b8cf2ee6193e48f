import { readShopError, shopErrors } from '@batchfeed/schemas';
import type { Exchange } from './exchange.ts';
import { type Match, matchParts } from './match-parts.ts';
import { readDocument, readParts } from './read-answer.ts';
import type { Row, RowReason } from './row.ts';

/**
 * What an exchange says about one row.
 *
 * `part`: the shop answered the row. `undone`: the batch was turned away before any row was looked at, so the row is
 * certainly not done. `doubtful`: it may or may not be done.
 */
export type Verdict =
  | { kind: 'part'; status: number; code?: number; message?: string; body: unknown }
  | ({ kind: 'undone'; outcome: 'failed' | 'unsent'; retryable: boolean; status?: number; code?: number } & Why)
  | ({ kind: 'doubtful'; retryable: boolean; status?: number; code?: number } & Why);

interface Why {
  reason: RowReason;
  message: string;
}

export interface Judgement {
  /** One verdict for each row of the batch. */
  readonly verdicts: readonly Verdict[];
  /** Send the rows that remain in two halves. */
  readonly halve: boolean;
  /** The shop turns every batch away; sending more of them is pointless. */
  readonly stop: boolean;
  /** The access token was refused: fetch another before the next batch. */
  readonly renewToken: boolean;
}

interface EnvelopeRule {
  readonly kind: 'undone' | 'doubtful';
  readonly reason: RowReason;
  readonly outcome?: 'failed';
  readonly retryable?: true;
  readonly halve?: true;
  readonly stop?: true;
}

const TOO_LARGE: EnvelopeRule = { kind: 'undone', reason: 'ROW_TOO_LARGE', outcome: 'failed', halve: true };
const REFUSED: EnvelopeRule = { kind: 'undone', reason: 'BATCH_REFUSED', outcome: 'failed' };
const TURNED_AWAY: EnvelopeRule = { kind: 'undone', reason: 'BATCH_REFUSED', stop: true };
const REDIRECTED: EnvelopeRule = { kind: 'undone', reason: 'REDIRECTED', stop: true };
const GATEWAY: EnvelopeRule = { kind: 'doubtful', reason: 'ANSWER_LOST', retryable: true };

/** Status of the batch as a whole; the shop checks permission and structure before it starts on the rows. */
const ENVELOPE_RULES: Readonly<Record<number, EnvelopeRule>> = {
  400: REFUSED,
  401: TURNED_AWAY,
  403: TURNED_AWAY,
  404: TURNED_AWAY,
  405: TURNED_AWAY,
  408: GATEWAY,
  410: TURNED_AWAY,
  413: TOO_LARGE,
  422: REFUSED,
  425: { kind: 'undone', reason: 'RATE_LIMITED', retryable: true },
  429: { kind: 'undone', reason: 'RATE_LIMITED', retryable: true },
  504: { ...GATEWAY, halve: true },
};

/** By class, for every status the table does not name. */
const CLASS_RULES: Readonly<Record<number, EnvelopeRule>> = {
  // An answer may come from a gateway's own page: nothing is known of the rows.
  2: { kind: 'doubtful', reason: 'ANSWER_INVALID', retryable: true },
  3: REDIRECTED,
  4: TURNED_AWAY,
  5: GATEWAY,
};

const POST_TOO_LARGE = shopErrors.postTooLarge.code;
const OK = 200;

/** Reads what came back for `rows`, in the order they were sent. */
export function judgeExchange(rows: readonly Row[], exchange: Exchange): Judgement {
  if (exchange.kind !== 'answered') return all(rows, unanswered(exchange));
  const document = readDocument(exchange.text);
  if (exchange.status === OK) {
    const parts = readParts(document);
    if (parts !== undefined) return perRow(matchParts(rows, parts));
  }
  return judgeEnvelope(rows, exchange.status, document);
}

function judgeEnvelope(rows: readonly Row[], status: number, document: unknown): Judgement {
  const { code, message } = readShopError(document);
  const rule =
    code === POST_TOO_LARGE
      ? TOO_LARGE
      : (ENVELOPE_RULES[status] ?? CLASS_RULES[Math.trunc(status / 100)] ?? (CLASS_RULES[2] as EnvelopeRule));
  const said = message ?? ENVELOPE_TEXT[rule.reason] ?? 'no message';
  const why = { reason: rule.reason, message: `The shop answered the batch ${status}: ${said}`, status };
  const verdict: Verdict =
    rule.kind === 'doubtful'
      ? { kind: 'doubtful', retryable: true, ...why }
      : {
          kind: 'undone',
          outcome: rule.outcome ?? 'unsent',
          retryable: rule.retryable ?? false,
          ...why,
          ...(code === undefined ? {} : { code }),
        };
  return all(rows, verdict, {
    halve: rule.halve ?? false,
    stop: rule.stop ?? false,
    renewToken: status === 401,
  });
}

const ENVELOPE_TEXT: Partial<Record<RowReason, string>> = {
  ANSWER_INVALID: 'the body is not a batch answer',
  REDIRECTED: 'redirects are not followed, since they may lose the body; check baseUrl',
};

const unanswered = (exchange: Exclude<Exchange, { kind: 'answered' }>): Verdict => {
  const { reason, message, retryable } = exchange;
  if (exchange.kind === 'lost') return { kind: 'doubtful', reason, message, retryable };
  const status = exchange.status === undefined ? {} : { status: exchange.status };
  return { kind: 'undone', outcome: 'unsent', reason, message, retryable, ...status };
};

const PART_TEXT: Record<Extract<Match, string>, string> = {
  PART_MISSING: 'The answer holds no part that is certainly this row’s',
  PART_MALFORMED: 'The part of this row cannot be read',
  PART_MISMATCHED: 'The part at this row’s position answers another method',
};

function perRow(matches: readonly Match[]): Judgement {
  const verdicts = matches.map((match): Verdict => {
    if (typeof match === 'string') {
      return { kind: 'doubtful', reason: match, message: PART_TEXT[match], retryable: true };
    }
    const { status, body } = match;
    if (status < 300) return { kind: 'part', status, body };
    const { code, message } = readShopError(body);
    return { kind: 'part', status, body, ...(code && { code }), ...(message && { message }) };
  });
  return { verdicts, halve: false, stop: false, renewToken: false };
}

const all = (
  rows: readonly Row[],
  verdict: Verdict,
  flags: Omit<Judgement, 'verdicts'> = { halve: false, stop: stops(verdict), renewToken: false },
): Judgement => ({ verdicts: rows.map(() => verdict), ...flags });

// A wrong client secret or an unknown host will not mend itself within this run.
const stops = (verdict: Verdict): boolean =>
  verdict.kind === 'undone' && !verdict.retryable && verdict.outcome === 'unsent' && verdict.reason !== 'ABORTED';
