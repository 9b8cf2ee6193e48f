import type { DeliveryEvent, Outcome, OutgoingBatch } from '@batchfeed/delivery';
import { splitSessionKey } from '../pipeline/session-key.ts';
import type { BatchChange, PackedLines, Try } from './batch-change.ts';

type Event<Type extends DeliveryEvent['type']> = Extract<DeliveryEvent, { type: Type }>;

/** What a batch is from its sealing on. */
type Sealed = Omit<
  BatchChange,
  'state' | 'settledAt' | 'attempts' | 'status' | 'reason' | 'replay' | 'tries' | 'packed'
>;

interface UnderWay {
  readonly sealed: Sealed;
  readonly replay: boolean;
  answer: Outcome | undefined;
}

const MAX_TEXT = 1_000;
/** Batches that failed and are remembered until they are sent again or dead, at most. */
const MAX_FAILED = 10_000;

/**
 * Follows batches from event to event and gathers, for each that changed, what it is now.
 *
 * States: sealed ──sending──▶ in_flight ──▶ delivered
 *                     ▲           │──retry──▶ waiting ──sending──▶ in_flight
 *                     └─replay────│──rejected, or given up──▶ dead
 *                                 └──rejected and bisected──▶ split
 *
 * Memory: the batches that changed since `take`, those whose call is under way, and those whose
 * last call failed: the engine tells of a death once the dead letter is on disk, which may be after
 * `take`.
 */
export class BatchTracker {
  #changed = new Map<string, BatchChange>();
  readonly #underWay = new Map<string, UnderWay>();
  readonly #failed = new Map<string, BatchChange>();

  get size(): number {
    return this.#changed.size;
  }

  /** What changed since the last time. */
  take(): BatchChange[] {
    const changes = [...this.#changed.values()];
    this.#changed = new Map();
    return changes;
  }

  sealed(event: Event<'sealed'>, now: number): void {
    const { sessionId, rest: groupingKey } = splitSessionKey(event.key);
    this.#of({
      id: event.batch,
      feedId: event.destination,
      sessionId,
      groupingKey,
      lines: event.lines,
      bytes: event.bytes,
      sealReason: event.reason,
      openedAt: now - event.ageMs,
      sealedAt: now,
    });
  }

  /** A call of it begins. `packed`: its lines, for the first one. */
  sending(batch: OutgoingBatch, packed: PackedLines | undefined): void {
    const { sessionId, rest: groupingKey } = splitSessionKey(batch.key);
    const sealed: Sealed = {
      id: batch.id,
      feedId: batch.destination,
      sessionId,
      groupingKey,
      lines: batch.lines.length,
      bytes: batch.bytes,
      sealReason: batch.reason,
      openedAt: batch.openedAt,
      sealedAt: batch.sealedAt,
    };
    this.#failed.delete(batch.id);
    this.#underWay.set(batch.id, { sealed, replay: batch.replay, answer: undefined });
    const change = this.#of(sealed);
    change.state = 'in_flight';
    change.settledAt = null;
    change.attempts = batch.attempt;
    change.replay = batch.replay;
    change.packed ??= packed;
  }

  answered(batch: OutgoingBatch, outcome: Outcome): void {
    const underWay = this.#underWay.get(batch.id);
    if (underWay !== undefined) underWay.answer = outcome;
  }

  /** What the engine made of a call. One that never began, as its feed is gone, is no news. */
  attempted(event: Event<'attempt'>, now: number): void {
    const underWay = this.#underWay.get(event.batch);
    if (underWay === undefined) return;
    this.#underWay.delete(event.batch);
    const change = this.#of(underWay.sealed);
    const one = tryOf(event, underWay, now);
    change.tries.push(one);
    change.attempts = event.attempt;
    change.replay = underWay.replay;
    change.status = one.status;
    change.reason = one.reason;
    // A rejection that is not followed by a death has the batch split.
    change.state = ({ delivered: 'delivered', retry: 'waiting', rejected: 'split' } as const)[event.outcome];
    change.settledAt = event.outcome === 'retry' ? null : now;
    if (event.outcome !== 'delivered') this.#keepFailed(change);
  }

  /** Follows its last attempt; a line that fits in no batch dies without one. */
  died(event: Event<'dead'>, now: number): void {
    const { sessionId, rest: groupingKey } = splitSessionKey(event.key);
    const known = this.#changed.get(event.batch) ?? this.#lastFailed(event.batch);
    this.#failed.delete(event.batch);
    const change =
      known ??
      this.#of({
        id: event.batch,
        feedId: event.destination,
        sessionId,
        groupingKey,
        lines: event.lines,
        bytes: 0,
        sealReason: 'bytes',
        openedAt: now,
        sealedAt: now,
      });
    change.state = 'dead';
    change.settledAt = now;
    change.reason = cut(event.reason);
    const last = change.tries.at(-1);
    if (last !== undefined) change.tries[change.tries.length - 1] = { ...last, isLast: true };
  }

  #keepFailed(change: BatchChange): void {
    this.#failed.set(change.id, change);
    if (this.#failed.size <= MAX_FAILED) return;
    for (const oldest of this.#failed.keys()) {
      this.#failed.delete(oldest);
      return;
    }
  }

  /**
   * A batch whose failed attempt was taken away already: it changes once more, with that attempt.
   */
  #lastFailed(id: string): BatchChange | undefined {
    const failed = this.#failed.get(id);
    if (failed === undefined) return undefined;
    const change = { ...failed, tries: failed.tries.slice(-1), packed: undefined };
    this.#changed.set(id, change);
    return change;
  }

  #of(sealed: Sealed): BatchChange {
    let change = this.#changed.get(sealed.id);
    if (change === undefined) {
      const fresh = { settledAt: null, attempts: 0, status: null, reason: null, replay: false } as const;
      change = { ...sealed, ...fresh, state: 'sealed', tries: [], packed: undefined };
      this.#changed.set(sealed.id, change);
    }
    return change;
  }
}

function tryOf(event: Event<'attempt'>, { answer, replay }: UnderWay, now: number): Try {
  const { attempt, ms, outcome, status, reason } = event;
  const delayMs = answer?.delayMs;
  return {
    attempt,
    at: now,
    ms: Math.max(0, Math.round(ms)),
    outcome,
    status: status ?? null,
    reason: reason === undefined ? null : cut(reason),
    excerpt:
      answer === undefined || outcome === 'delivered' || answer.excerpt === undefined ? null : cut(answer.excerpt),
    delayMs: delayMs !== undefined && delayMs > 0 && Number.isFinite(delayMs) ? Math.round(delayMs) : null,
    replay,
    isLast: false,
  };
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT).toWellFormed();
}
