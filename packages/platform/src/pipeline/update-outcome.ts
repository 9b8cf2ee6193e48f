import type { Line, Outcome } from '@batchfeed/delivery';
import { contentTexts } from '../plugin/content-texts.ts';
import { excerptOf, type HttpAnswer, type PluginAnswer } from '../plugin/plugin-answer.ts';
import { type IdentifierStat, readStats } from '../statistics/count-update.ts';

/**
 * What an answer of `/v1/user_segment_update` means (§5 of the protocol):
 *
 *   done      its lines are handed over and the update is finished, in one durable step
 *   skipped   finished: the plugin has no use for this user point; counted
 *   again     tried again with back-off until the engine's limit of attempts
 *   refused   tried again a few times, then a dead letter with the plugin's message
 */
type Verdict = 'done' | 'skipped' | 'again' | 'refused';

/**
 * By HTTP status first: handlers that throw answer 500 with a body of another kind, and an update they find invalid is a
 * 400 that says `error`. Of the body only what goes with that status counts; `*` is for all others.
 */
const VERDICTS: Readonly<Record<number, Readonly<Record<string, Verdict>>>> = {
  200: { ok: 'done', error: 'refused', '*': 'again' },
  400: { no_eligible_identifier: 'skipped', retry: 'again', '*': 'refused' },
  429: { '*': 'again' },
  500: { error: 'refused', '*': 'again' },
};
const OTHER_4XX: Readonly<Record<string, Verdict>> = { retry: 'again', '*': 'refused' };
const OTHERS: Readonly<Record<string, Verdict>> = { '*': 'again' };
const KNOWN_STATUSES: ReadonlySet<string> = new Set(['ok', 'error', 'retry', 'no_eligible_identifier']);

/** Attempts after which an update that the plugin answers with an error is given up. */
export const ATTEMPTS_ON_ERROR = 3;

export interface UpdateInHand {
  /** Attempts before this one that count as failed; what an outage or a requested delay put off does not. */
  readonly failures: number;
  /** Makes a line of the feed out of a grouping key and a content. */
  readonly toLine: (groupingKey: string, content: string) => Line;
  /** Told what a valid answer says of the user's identifiers, where it says something. */
  readonly onStats?: (stats: readonly IdentifierStat[]) => void;
}

/** Turns an answer into what the engine does next. Pure. */
export function updateOutcome(answer: PluginAnswer, update: UpdateInHand): Outcome {
  if (answer.kind === 'none') return failure(answer);
  const body = readBody(answer);
  const verdict = verdictOf(answer, body);
  const answered = { status: answer.status, delayMs: answer.delayMs };
  if (body?.stats !== undefined) update.onStats?.(readStats(body.stats));
  if (verdict === 'skipped') return { kind: 'delivered', ...answered, tallies: { no_eligible_identifier: 1 } };
  if (verdict === 'done') {
    const lines = readLines(body as UpdateBody, answer.text, update);
    return Array.isArray(lines)
      ? { kind: 'delivered', ...answered, forward: lines }
      : { kind: 'retry', ...answered, reason: lines, excerpt: excerptOf(answer.text) };
  }
  const said = { ...answered, reason: reasonOf(answer, body), excerpt: excerptOf(answer.text) };
  if (verdict === 'again') return { kind: 'retry', ...said };
  // A refusal is a failure even when it asks for a delay: else a plugin that always does would be asked for ever.
  return update.failures + 1 >= ATTEMPTS_ON_ERROR
    ? { kind: 'rejected', ...said }
    : { kind: 'retry', failed: true, ...said };
}

/** No answer at all. Whether that is the plugin's outage, and counts for nothing, is for its circuit to say. */
export function failure(answer: Extract<PluginAnswer, { kind: 'none' }>): Outcome {
  return { kind: 'retry', reason: answer.reason };
}

interface UpdateBody {
  readonly status: string;
  readonly message?: unknown;
  readonly data?: unknown;
  readonly stats?: unknown;
}

function readBody({ text }: HttpAnswer): UpdateBody | undefined {
  try {
    const body = JSON.parse(text) as UpdateBody | null;
    return typeof body === 'object' && body !== null && typeof body.status === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}

function verdictOf({ status }: HttpAnswer, body: UpdateBody | undefined): Verdict {
  const verdicts = VERDICTS[status] ?? (status >= 400 && status < 500 ? OTHER_4XX : OTHERS);
  return own(verdicts, statusOf(body)) ?? (verdicts['*'] as Verdict);
}

/** What a body says, in the spelling of updates: answers of failed handlers shout. */
function statusOf(body: UpdateBody | undefined): string {
  return body?.status.toLowerCase() ?? '';
}

function reasonOf({ status }: HttpAnswer, body: UpdateBody | undefined): string {
  if (body === undefined || !KNOWN_STATUSES.has(statusOf(body))) {
    return `HTTP ${status} with a body that is no valid answer`;
  }
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
