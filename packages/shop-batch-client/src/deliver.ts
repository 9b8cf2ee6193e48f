import { type Authorizer, createAuthorizer } from './auth.ts';
import { backoffMs } from './backoff.ts';
import type { ClientEvent } from './client-event.ts';
import { CLOSING, OPENING } from './cutter.ts';
import type { Exchange } from './exchange.ts';
import { type Judgement, judgeExchange, type Verdict } from './judge-exchange.ts';
import type { ClientOptions } from './options.ts';
import { Pacer } from './pacer.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Row, wireText } from './row.ts';
import { giveUp, regroup, settleBatch } from './settle-batch.ts';
import { ShopBatchError } from './shop-batch-error.ts';
import { createTransport, type Send } from './transport.ts';
import { Turns } from './turns.ts';
import { utf8Bytes } from './utf8-bytes.ts';
import { wait } from './wait.ts';

/** What a caller may say while its rows are on their way. */
export interface Control {
  /** Gives up at once: rows under way end `unknown` (GET: `failed`), the others `unsent`. */
  readonly signal?: AbortSignal | undefined;
  /** Sends nothing more, but waits for the answer to what is under way. */
  readonly stop?: AbortSignal | undefined;
  /** Awaited before rows go out, each time they do. */
  readonly beforeSend?: ((rows: readonly Row[]) => void | Promise<void>) | undefined;
}

/** A batch that went out, and what came of it. */
interface Sent {
  /** The rows it held: those of its group that nobody had given up on. */
  readonly rows: readonly Row[];
  readonly exchange: Exchange;
  readonly header: string;
}

/**
 * Drives the rows of a batch to their ends: send, judge, decide, wait, send what remains.
 *
 * Invariants: when `deliver` resolves, every row is settled. Rows that go again do so before any later batch, in their
 * order; with one batch in flight no row overtakes another of the same resource. A row that its caller has given up on
 * (and that is therefore settled) is in no batch sent after that.
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

  /**
   * Resolves with why the shop turns every batch away, if it does.
   * Rejects only with what `beforeSend` threw; every row is settled then, too.
   */
  async deliver(rows: readonly Row[], control: Control = {}): Promise<Verdict | undefined> {
    const giveBack = await this.#turns.take(control.signal);
    let stopped: Verdict | undefined;
    let groups: (readonly Row[])[] = [rows];
    try {
      while (groups.length > 0 && stopped === undefined && giveBack !== undefined && !isOver(control)) {
        const [group, ...later] = groups as [readonly Row[], ...(readonly Row[])[]];
        const { judgement, rows: sent } = await this.#exchange(group, control);
        const { again, anomalies } = settleBatch(sent, judgement, {
          base: this.#options.base,
          maxAttempts: this.#options.maxAttempts,
          aborted: control.signal?.aborted === true,
        });
        for (const [reason, indices] of anomalies) this.#tell({ type: 'anomaly', reason, rows: indices });
        if (judgement.stop) stopped = judgement.verdicts[0];
        groups = [...regroup(again, judgement.halve), ...later];
        if (again.length > 0) await this.#pause(again, judgement, control);
      }
    } finally {
      giveBack?.();
      for (const group of groups) for (const row of group) giveUp(row, stopped);
    }
    return stopped;
  }

  /** One batch out and its answer in; a refused token is renewed once. */
  async #exchange(group: readonly Row[], control: Control): Promise<{ judgement: Judgement; rows: readonly Row[] }> {
    let sent = await this.#post(group, control);
    let judgement = this.#judge(sent);
    if (judgement.renewToken && this.#auth.refused(sent.header) && !isOver(control)) {
      sent = await this.#post(sent.rows, control);
      judgement = this.#judge(sent);
    }
    return { judgement, rows: sent.rows };
  }

  async #post(group: readonly Row[], control: Control): Promise<Sent> {
    let header = '';
    if (!(await this.#turn(control))) return { rows: group, exchange: ABORTED, header };
    try {
      header = await this.#auth.header();
    } catch (error) {
      return { rows: group, exchange: noToken(error), header };
    }
    if (control.beforeSend !== undefined) await control.beforeSend(group);
    const rows = group.filter((row) => !row.settled);
    if (rows.length === 0 || isOver(control)) return { rows, exchange: ABORTED, header };
    return { rows, exchange: await this.#carry(rows, header, control.signal), header };
  }

  async #carry(rows: readonly Row[], authorization: string, signal: AbortSignal | undefined): Promise<Exchange> {
    const body = OPENING + rows.map(wireText).join(',') + CLOSING;
    const startedAt = Date.now();
    this.#tell({ type: 'sent', rows: rows.length, bytes: utf8Bytes(body) });
    for (const row of rows) row.underWay = true;
    const exchange = await this.#send({
      url: this.#url,
      body,
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization },
      timeoutMs: this.#options.timeoutMs,
      maxAnswerBytes: this.#options.maxAnswerBytes,
      signal,
    });
    for (const row of rows) {
      row.underWay = false;
      if (exchange.kind !== 'not_sent' && row.step === 'send') row.attempts += 1;
    }
    const status = exchange.kind === 'answered' ? { status: exchange.status } : {};
    this.#tell({ type: 'answered', rows: rows.length, ...status, milliseconds: Date.now() - startedAt });
    if (exchange.kind === 'answered') this.#obeyRetryAfter(exchange);
    return exchange;
  }

  /** Waits for the rate limit; false when the caller gave up meanwhile. */
  async #turn(control: Control): Promise<boolean> {
    for (let ms = this.#pacer.take(Date.now()); ms > 0; ms = this.#pacer.take(Date.now())) {
      await wait(ms, control.signal, control.stop);
      if (isOver(control)) return false;
    }
    return true;
  }

  async #pause(again: readonly Row[], { halve, verdicts }: Judgement, control: Control): Promise<void> {
    // Too large is no sign of a shop in trouble: the halves may go at once.
    const tooLarge = halve && verdicts[0]?.kind === 'undone';
    const strikes = Math.max(...again.map((row) => row.strikes), 1);
    const waitMs = tooLarge ? 0 : backoffMs(this.#options.backoff, strikes, Math.random());
    this.#tell({ type: 'retry', rows: again.length, waitMs, halved: halve });
    await wait(waitMs, control.signal, control.stop);
  }

  #obeyRetryAfter(exchange: Extract<Exchange, { kind: 'answered' }>): void {
    const ms = retryAfterMs(exchange.retryAfter, Date.now());
    if (ms !== undefined) this.#pacer.pause(Date.now() + Math.min(ms, this.#options.maxRetryAfterMs));
  }

  /** Reads the exchange. The shop's own words about a batch may repeat what was sent to it, credentials included. */
  #judge({ rows, exchange }: Sent): Judgement {
    const judgement = judgeExchange(rows, exchange);
    const secrets = this.#auth.secrets();
    const tellsTale = (verdict: Verdict) =>
      verdict.kind !== 'part' && secrets.some((secret) => verdict.message.includes(secret));
    if (!judgement.verdicts.some(tellsTale)) return judgement;
    const verdicts = judgement.verdicts.map((verdict) =>
      tellsTale(verdict) ? { ...verdict, message: 'The shop’s message held a credential' } : verdict,
    );
    return { ...judgement, verdicts };
  }

  #tell(event: ClientEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A listener's mistake must not decide the end of a row.
    }
  }
}

const isOver = ({ signal, stop }: Control): boolean => signal?.aborted === true || stop?.aborted === true;

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
