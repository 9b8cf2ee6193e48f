import type { Line, Outcome } from '@batchfeed/delivery';
import { contentTexts } from '../plugin/content-texts.ts';
import { excerptOf, type HttpAnswer, type PluginAnswer } from '../plugin/plugin-answer.ts';

/**
 * What an answer of `/v1/user_segment_update` means (§5 of the protocol):
 *
 *   done      its lines are handed over and the update is finished, in one durable step
 *   skipped   finished: the plugin has no use for this user point; counted
 *   again     tried again with back-off until the engine's limit of attempts
 *   refused   tried again a few times, then a dead letter with the plugin's message
 */
type Verdict = 'done' | 'skipped' | 'again' | 'refused';

/** The HTTP status each body status comes with, and what the two mean together. */
const BY_STATUS: Readonly<Record<string, { http: number; verdict: Verdict }>> = {
  ok: { http: 200, verdict: 'done' },
  no_eligible_identifier: { http: 400, verdict: 'skipped' },
  retry: { http: 429, verdict: 'again' },
  error: { http: 500, verdict: 'refused' },
};

/** Attempts after which an update that the plugin answers with an error is given up. */
export const ATTEMPTS_ON_ERROR = 3;
/** How long a feed whose plugin refuses connections waits before the next try; such tries are not counted. */
const UNREACHABLE_DELAY_MS = 1_000;

export interface UpdateInHand {
  readonly attempt: number;
  /** Makes a line of the feed out of a grouping key and a content. */
  readonly toLine: (groupingKey: string, content: string) => Line;
}

/** Turns an answer into what the engine does next. Pure. */
export function updateOutcome(answer: PluginAnswer, update: UpdateInHand): Outcome {
  if (answer.kind === 'none') return failure(answer);
  const body = readBody(answer);
  const verdict = verdictOf(answer, body);
  const answered = { status: answer.status, delayMs: answer.delayMs };
  if (verdict === 'skipped') return { kind: 'delivered', ...answered, tallies: { no_eligible_identifier: 1 } };
  if (verdict === 'done') {
    const lines = readLines(body as UpdateBody, answer.text, update);
    return Array.isArray(lines)
      ? { kind: 'delivered', ...answered, forward: lines }
      : { kind: 'retry', ...answered, reason: lines, excerpt: excerptOf(answer.text) };
  }
  const givenUp = verdict === 'refused' && update.attempt >= ATTEMPTS_ON_ERROR;
  return {
    kind: givenUp ? 'rejected' : 'retry',
    ...answered,
    reason: reasonOf(answer, body),
    excerpt: excerptOf(answer.text),
  };
}

/** No answer at all. Nobody there is no failure of the update: it waits, however long that takes. */
export function failure(answer: Extract<PluginAnswer, { kind: 'none' }>): Outcome {
  return {
    kind: 'retry',
    reason: answer.reason,
    ...(answer.unreachable ? { delayMs: UNREACHABLE_DELAY_MS } : {}),
  };
}

interface UpdateBody {
  readonly status: string;
  readonly message?: unknown;
  readonly data?: unknown;
}

function readBody({ text }: HttpAnswer): UpdateBody | undefined {
  try {
    const body = JSON.parse(text) as UpdateBody | null;
    return typeof body === 'object' && body !== null && typeof body.status === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Success only where HTTP status and body agree; a refusal is believed whatever it comes with. */
function verdictOf({ status }: HttpAnswer, body: UpdateBody | undefined): Verdict {
  const expected = body === undefined ? undefined : own(BY_STATUS, body.status);
  if (status === 429) return 'again';
  if (expected !== undefined) {
    const success = expected.verdict === 'done' || expected.verdict === 'skipped';
    if (!success || expected.http === status) return expected.verdict;
  }
  return status >= 400 && status < 500 ? 'refused' : 'again';
}

function reasonOf({ status }: HttpAnswer, body: UpdateBody | undefined): string {
  const expected = body === undefined ? undefined : own(BY_STATUS, body.status);
  if (body === undefined || expected === undefined) return `HTTP ${status} with a body that is no valid answer`;
  const message = typeof body.message === 'string' ? `: ${body.message.slice(0, 300)}` : '';
  return `HTTP ${status}, ${body.status}${message}`;
}

/** The lines of an answer, or a sentence on why it is not valid. An answer is taken whole or not at all. */
function readLines(body: UpdateBody, text: string, { toLine }: UpdateInHand): Line[] | string {
  if (body.data === undefined || body.data === null) return [];
  if (!Array.isArray(body.data)) return 'The answer is not valid: data is no array';
  if (body.data.length === 0) return [];
  const contents = contentTexts(text);
  const lines: Line[] = [];
  for (let index = 0; index < body.data.length; index += 1) {
    const item = body.data[index] as BatchDelivery;
    const content = contents[index];
    const fault = content === undefined ? ' has no content' : itemFault(item);
    if (fault !== undefined) return `The answer is not valid: data[${index}]${fault}`;
    lines.push(toLine(item.grouping_key ?? '', content as string));
  }
  return lines;
}

interface BatchDelivery {
  readonly type: 'BATCH_DELIVERY';
  readonly grouping_key?: string | null;
}

/** What keeps an object with a content from being a line. */
function itemFault({ type, grouping_key: key }: { type?: unknown; grouping_key?: unknown }): string | undefined {
  if (type !== 'BATCH_DELIVERY') return '.type is not BATCH_DELIVERY';
  return typeof key === 'string' || key === undefined || key === null ? undefined : '.grouping_key is no string';
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
