/** What came back from one call of a plugin route: an answer over HTTP, or a sentence on why there is none. */
export type PluginAnswer = HttpAnswer | NoAnswer;

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly text: string;
  /** Milliseconds the plugin asks to be left alone; undefined when it does not. */
  readonly delayMs: number | undefined;
}

interface NoAnswer {
  readonly kind: 'none';
  /** A short sentence, without address or content. */
  readonly reason: string;
  /** Whether no connection came about, so that the plugin has seen nothing of the call. */
  readonly unreachable: boolean;
  /** Whether it looks as if the plugin were down, rather than as if it had a bad answer to this call. */
  readonly outage: boolean;
}

/**
 * Whether an answer, or its absence, looks as if the plugin were down: no answer, 503, or any other 5xx that did not come
 * from the plugin's own handlers, which always say a status.
 */
export function looksLikeOutage(answer: PluginAnswer): boolean {
  if (answer.kind === 'none') return answer.outage;
  return answer.status === 503 || (answer.status >= 500 && !saysStatus(answer.text));
}

function saysStatus(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { status?: unknown } | null)?.status === 'string';
  } catch {
    return false;
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The delay an answer asks for, from `x-mics-next-msg-delay` (milliseconds) and `Retry-After` (seconds or a date),
 * whichever is longer. Anything that is no positive time counts as no delay.
 */
export function requestedDelayMs(headers: Headers, now: number): number | undefined {
  const { 'x-mics-next-msg-delay': nextMessage, 'retry-after': retry } = headers;
  // The usual answer asks for nothing.
  if (nextMessage === undefined && retry === undefined) return undefined;
  const delays = [milliseconds(nextMessage), retryAfter(retry, now)];
  const longest = Math.max(...delays.filter((delay) => delay > 0), 0);
  return longest > 0 ? longest : undefined;
}

function milliseconds(header: string | string[] | undefined): number {
  return typeof header === 'string' && header.trim() !== '' ? Number(header) : 0;
}

function retryAfter(header: string | string[] | undefined, now: number): number {
  if (typeof header !== 'string') return 0;
  return /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
}

/** The beginning of an answer, as a dead letter keeps it. */
export function excerptOf(text: string): string {
  return text.length <= 500 ? text : text.slice(0, 500).toWellFormed();
}
