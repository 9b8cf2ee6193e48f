/**
 * What is sealed before its time so that things move: overdue groups among a backlog, and groups of
 * a destination whose window is full although nothing of it can be sent.
 */
import type { Batch } from '@batchfeed/batcher';
import type { Place } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';

const NONE: readonly never[] = [];

/** Rounds of sends for which batches are made ahead: one on its way, one behind it. */
const ROUNDS_AHEAD = 2;
/**
 * Sealed batches that wait, such as for a repetition, after so many rounds of which no more are
 * made ahead.
 */
const MOST_ROUNDS = 16;

/**
 * Whether the reader is among lines that have waited for longer than they may. Their groups are
 * then filled rather than sealed for their age: a window full of overdue lines would else become
 * many small batches.
 */
export function isAmongOverdue(destination: DestinationState, now: number): boolean {
  return destination.isBehind && destination.lastDueAt <= now;
}

/**
 * Batches to seal for a destination whose window has no room for what waits behind it: the fullest
 * overdue group first; then the group that the oldest held line waits for; then, when there are
 * more keys than the window has room for, the fullest group of all. None while enough is on its
 * way.
 */
export function relieve(destination: DestinationState, now: number): readonly Batch<Place>[] {
  const { batcher, batches, busy, concurrency } = destination;
  if (batcher === undefined || busy >= concurrency.limit * ROUNDS_AHEAD) return NONE;
  if (batches >= concurrency.limit * MOST_ROUNDS) return NONE;
  const overdue = batcher.sealFullest(now);
  if (overdue.length > 0) return overdue;
  if (destination.sealedLines + destination.inFlightLines > 0) return NONE;
  const forHeld = batcher.sealForHeld();
  return forHeld.length > 0 ? forHeld : batcher.sealFullest();
}

/**
 * Express groups to seal without their pace, when held lines take more than half of what a
 * destination has of the window.
 */
export function relieveHeld({ batcher, account }: DestinationState): readonly Batch<Place>[] {
  if (batcher === undefined || batcher.heldLines === 0 || batcher.heldLines * 2 <= account.places) return NONE;
  return account.hasRoom ? NONE : batcher.sealExpress();
}
