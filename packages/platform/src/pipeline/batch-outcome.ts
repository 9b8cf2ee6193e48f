import type { Outcome } from '@batchfeed/delivery';
import { excerptOf, type HttpAnswer, type PluginAnswer } from '../plugin/plugin-answer.ts';
import { failure } from './update-outcome.ts';

/**
 * What an answer of `/v1/batch_update` means (§5 of the protocol): OK acknowledges the batch and adds its two counters
 * to the statistics; RETRY, 429, 5xx and silence send the same batch again; ERROR and other 4xx make a dead letter.
 */
export function batchOutcome(answer: PluginAnswer, lines: number): Outcome {
  if (answer.kind === 'none') return failure(answer);
  const answered = { status: answer.status, delayMs: answer.delayMs };
  const body = readBody(answer);
  if (answer.status === 200 && body?.status === 'OK') {
    const counts = readCounts(body, lines);
    if (counts !== undefined) return { kind: 'delivered', ...answered, tallies: counts };
  }
  return {
    kind: isFinal(answer, body) ? 'rejected' : 'retry',
    ...answered,
    reason: reasonOf(answer, body),
    excerpt: excerptOf(answer.text),
  };
}

interface BatchBody {
  readonly status: 'OK' | 'ERROR' | 'RETRY';
  readonly message?: unknown;
  readonly sent_items_in_success?: unknown;
  readonly sent_items_in_error?: unknown;
}

const STATUSES: ReadonlySet<unknown> = new Set<BatchBody['status']>(['OK', 'ERROR', 'RETRY']);

function readBody({ text }: HttpAnswer): BatchBody | undefined {
  try {
    const body = JSON.parse(text) as BatchBody | null;
    return STATUSES.has(body?.status) ? (body as BatchBody) : undefined;
  } catch {
    return undefined;
  }
}

/** Both counters, when they are whole numbers that the batch can hold together. */
function readCounts(body: BatchBody, lines: number): { success: number; error: number } | undefined {
  const { sent_items_in_success: success, sent_items_in_error: error } = body;
  return isCount(success) && isCount(error) && success + error <= lines ? { success, error } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Only a plain refusal is final; where HTTP status and body disagree, the batch is sent again. */
function isFinal({ status }: HttpAnswer, body: BatchBody | undefined): boolean {
  const refusal = status >= 400 && status < 500 && status !== 429;
  if (body?.status === 'ERROR') return refusal || status === 200;
  return refusal && body?.status !== 'RETRY';
}

function reasonOf({ status }: HttpAnswer, body: BatchBody | undefined): string {
  if (body === undefined) return `HTTP ${status} with a body that is no valid answer`;
  if (status === 200 && body.status === 'OK') return 'OK with counters that are missing or exceed the batch';
  const message = typeof body.message === 'string' ? `: ${body.message.slice(0, 300)}` : '';
  return `HTTP ${status}, ${body.status}${message}`;
}
