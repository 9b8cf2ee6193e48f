import { type Authorizer, createAuthorizer } from './auth.ts';
import { backoffMs } from './backoff.ts';
import type { ClientEvent } from './client-event.ts';
import { decideRow, end, findingOf } from './decide-row.ts';
import type { Exchange } from './exchange.ts';
import { type Judgement, judgeExchange, type Verdict } from './judge-exchange.ts';
import type { ClientOptions } from './options.ts';
import { overtakenRows } from './overtaken-rows.ts';
import { Pacer } from './pacer.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Row, settleRow, wireText } from './row.ts';
import { ShopBatchError } from './shop-batch-error.ts';
import { createTransport, type Send } from './transport.ts';
import { Turns } from './turns.ts';
import { utf8Bytes } from './utf8-bytes.ts';
import { wait } from './wait.ts';

export const OPENING = '{"data":{"requests":[';
export const CLOSING = ']}}';

/**
 * Drives the rows of a batch to their ends: send, judge, decide, wait, send what remains.
 *
 * Invariants: when `deliver` resolves, every row is settled. Rows that go again do so before any later batch, in their
 * order; with one batch in flight no row overtakes another of the same resource.
 */
export class Deliverer {
  readonly #options: ClientOptions;
  readonly #send: Send;
  readonly #auth: Authorizer;
  readonly #pacer: Pacer;
  readonly #turns: Turns;
  readonly #url: string;

  constructor(options: ClientOptions, send: Send = createTransport(options.transport)) {
    this.#options = options;
    this.#send = send;
    this.#auth = createAuthorizer(options.auth, { send, now: Date.now });
    this.#pacer = new Pacer(options.requestsPerSecond);
    this.#turns = new Turns(options.maxInFlight);
    this.#url = `${options.base}batch`;
  }

  /** Resolves with why the shop turns every batch away, if it does. Never rejects. */
  async deliver(rows: readonly Row[], signal?: AbortSignal): Promise<Verdict | undefined> {
    const giveBack = await this.#turns.take(signal);
    let stopped: Verdict | undefined;
    let groups: (readonly Row[])[] = [rows];
    try {
      while (groups.length > 0) {
        const [group, ...later] = groups as [readonly Row[], ...(readonly Row[])[]];
        if (stopped !== undefined || signal?.aborted === true || giveBack === undefined) {
          for (const row of group) giveUp(row, stopped);
          groups = later;
          continue;
        }
        const judgement = await this.#exchange(group, signal);
        const again = this.#settle(group, judgement, signal);
        if (judgement.stop) stopped = judgement.verdicts[0];
        groups = [...(judgement.halve ? halves(again) : again.length > 0 ? [again] : []), ...later];
        if (again.length > 0) await this.#pause(again, judgement, signal);
      }
    } finally {
      giveBack?.();
    }
    return stopped;
  }

  /** One batch out and its answer in; a refused token is renewed once. */
  async #exchange(group: readonly Row[], signal: AbortSignal | undefined): Promise<Judgement> {
    const body = OPENING + group.map(wireText).join(',') + CLOSING;
    for (let renewed = false; ; renewed = true) {
      const { exchange, header } = await this.#post(body, group.length, signal);
      if (exchange.kind === 'answered') this.#obeyRetryAfter(exchange);
      if (exchange.kind !== 'not_sent' && !renewed) for (const row of group) if (row.step === 'send') row.attempts += 1;
      const judgement = judgeExchange(group, exchange);
      if (judgement.renewToken && !renewed && this.#auth.refused(header)) continue;
      return judgement;
    }
  }

  async #post(
    body: string,
    rows: number,
    signal: AbortSignal | undefined,
  ): Promise<{ exchange: Exchange; header: string }> {
    let header: string;
    try {
      header = await this.#auth.header();
    } catch (error) {
      return { exchange: noToken(error), header: '' };
    }
    for (let ms = this.#pacer.take(Date.now()); ms > 0; ms = this.#pacer.take(Date.now())) {
      await wait(ms, signal);
      if (signal?.aborted === true) return { exchange: ABORTED, header };
    }
    const startedAt = Date.now();
    this.#tell({ type: 'sent', rows, bytes: utf8Bytes(body) });
    const exchange = await this.#send({
      url: this.#url,
      body,
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization: header },
      timeoutMs: this.#options.timeoutMs,
      maxAnswerBytes: this.#options.maxAnswerBytes,
      signal,
    });
    const status = exchange.kind === 'answered' ? { status: exchange.status } : {};
    this.#tell({ type: 'answered', rows, ...status, milliseconds: Date.now() - startedAt });
    return { exchange, header };
  }

  /** Ends the rows that are decided and returns those that go again, in order. */
  #settle(group: readonly Row[], { verdicts, halve }: Judgement, signal: AbortSignal | undefined): Row[] {
    const cut = halve && group.length > 1;
    const overtaken = overtakenRows(group, verdicts, this.#options.base);
    const anomalies = new Map<Anomaly, number[]>();
    const again: Row[] = [];
    group.forEach((row, index) => {
      const verdict = this.#redact(verdicts[index] as Verdict);
      if (isAnomaly(verdict)) anomalies.set(verdict.reason, [...(anomalies.get(verdict.reason) ?? []), row.index]);
      const aborted = signal?.aborted === true;
      // Halving ends by itself, so it does not use up the tries of a row.
      // A look-up that finds something out is progress, not a failure.
      if (!cut) row.strikes += row.step === 'look' && findingOf(row, verdict) !== undefined ? 0 : 1;
      // Turned away for the size of the batch says nothing about the row.
      const mayRetry = !aborted && !overtaken.has(row) && row.strikes < this.#options.maxAttempts;
      const undecided = cut && verdict.kind === 'undone' && !aborted;
      const instead = overtaken.has(row) ? ('OVERTAKEN' as const) : undefined;
      const result = undecided ? undefined : decideRow(row, verdict, { mayRetry, base: this.#options.base, instead });
      if (result === undefined) again.push(row);
      else settleRow(row, result);
    });
    for (const [reason, rows] of anomalies) this.#tell({ type: 'anomaly', reason, rows });
    return again;
  }

  async #pause(again: readonly Row[], { halve, verdicts }: Judgement, signal: AbortSignal | undefined): Promise<void> {
    const tooLarge = halve && verdicts[0]?.kind === 'undone';
    // After a look-up that answered there is nothing to wait for.
    const strikes = Math.max(...again.map((row) => row.strikes), 1);
    const waitMs = tooLarge ? 0 : backoffMs(this.#options.backoff, strikes, Math.random());
    this.#tell({ type: 'retry', rows: again.length, waitMs, halved: halve });
    await wait(waitMs, signal);
  }

  #obeyRetryAfter(exchange: Extract<Exchange, { kind: 'answered' }>): void {
    const ms = retryAfterMs(exchange.retryAfter, Date.now());
    if (ms !== undefined) this.#pacer.pause(Date.now() + Math.min(ms, this.#options.maxRetryAfterMs));
  }

  // The shop's own words about the batch may repeat what was sent to it.
  #redact(verdict: Verdict): Verdict {
    if (verdict.kind === 'part') return verdict;
    const secret = this.#auth.secrets().find((text) => verdict.message.includes(text));
    return secret === undefined ? verdict : { ...verdict, message: 'The shop’s message held a credential' };
  }

  #tell(event: ClientEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A listener's mistake must not decide the end of a row.
    }
  }
}

type Anomaly = 'PART_MISSING' | 'PART_MALFORMED' | 'PART_MISMATCHED' | 'ANSWER_INVALID';
const ANOMALIES: ReadonlySet<string> = new Set<Anomaly>([
  'PART_MISSING',
  'PART_MALFORMED',
  'PART_MISMATCHED',
  'ANSWER_INVALID',
]);
const isAnomaly = (verdict: Verdict): verdict is Verdict & { reason: Anomaly } =>
  verdict.kind !== 'part' && ANOMALIES.has(verdict.reason);

const ABORTED: Exchange = {
  kind: 'not_sent',
  reason: 'ABORTED',
  message: 'The caller gave up before the batch was sent',
  retryable: false,
};

const noToken = (error: unknown): Exchange => {
  const known = error instanceof ShopBatchError ? error : undefined;
  const message = known?.message ?? 'No access token could be had';
  return { kind: 'not_sent', reason: 'AUTH_FAILED', message, retryable: known?.retryable ?? false };
};

/** Ends a row that is not sent any more. */
export function giveUp(row: Row, stopped: Verdict | undefined): void {
  const doubt = row.past === 'doubtful' && row.request.method !== 'GET';
  const why =
    stopped !== undefined && stopped.kind !== 'part'
      ? { reason: 'STOPPED' as const, message: stopped.message }
      : { reason: 'ABORTED' as const, message: 'The caller gave up before the row was sent' };
  settleRow(row, end(row, doubt ? 'unknown' : 'unsent', why));
}

const halves = (rows: readonly Row[]): (readonly Row[])[] => {
  if (rows.length < 2) return rows.length === 0 ? [] : [rows];
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
};
