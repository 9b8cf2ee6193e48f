import { decideRow, end, findingOf } from './decide-row.ts';
import type { Judgement, Verdict } from './judge-exchange.ts';
import { overtakenRows } from './overtaken-rows.ts';
import { type Row, type RowReason, settleRow } from './row.ts';

const ANOMALIES: ReadonlySet<RowReason> = new Set<RowReason>([
  'PART_MISSING',
  'PART_MALFORMED',
  'PART_MISMATCHED',
  'ANSWER_INVALID',
]);

interface Settlement {
  /** Rows that go again, in order. */
  readonly again: readonly Row[];
  /** Rows for which the answer made no sense, by reason (positions in their input). */
  readonly anomalies: ReadonlyMap<RowReason, readonly number[]>;
}

/** Ends the rows that a judgement decides; moves the others to their next step. */
export function settleBatch(
  group: readonly Row[],
  { verdicts, halve }: Judgement,
  { base, maxAttempts, aborted }: { base: string; maxAttempts: number; aborted: boolean },
): Settlement {
  const cut = halve && group.length > 1;
  const overtaken = overtakenRows(group, verdicts, base);
  const anomalies = new Map<RowReason, number[]>();
  const again: Row[] = [];
  group.forEach((row, index) => {
    const verdict = verdicts[index] as Verdict;
    if (verdict.kind !== 'part' && ANOMALIES.has(verdict.reason)) note(anomalies, verdict.reason, row.index);
    // The caller of this one row gave up on it meanwhile.
    if (row.settled) return;
    // Halving ends by itself, and a look-up that finds something out is progress: neither uses up the tries of a row.
    if (!cut && !(row.step === 'look' && findingOf(row, verdict) !== undefined)) row.strikes += 1;
    // Turned away for the size of the batch says nothing about the row.
    if (cut && verdict.kind === 'undone' && !aborted) {
      again.push(row);
      return;
    }
    const mayRetry = !aborted && !overtaken.has(row) && row.strikes < maxAttempts;
    const instead = overtaken.has(row) ? ('OVERTAKEN' as const) : undefined;
    const result = decideRow(row, verdict, { mayRetry, base, instead });
    if (result === undefined) again.push(row);
    else settleRow(row, result);
  });
  return { again, anomalies };
}

function note(anomalies: Map<RowReason, number[]>, reason: RowReason, index: number): void {
  const rows = anomalies.get(reason);
  if (rows === undefined) anomalies.set(reason, [index]);
  else rows.push(index);
}

/** The batches that the remaining rows make: one, or two halves. */
export function regroup(rows: readonly Row[], halve: boolean): (readonly Row[])[] {
  if (rows.length === 0) return [];
  if (!halve || rows.length === 1) return [rows];
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}

/** Ends a row that is not sent any more: because the shop turns every batch away, or because the caller gave up. */
export function giveUp(row: Row, stopped?: Verdict): void {
  const doubt = (row.underWay || row.past === 'doubtful') && row.request.method !== 'GET';
  const why =
    stopped !== undefined && stopped.kind !== 'part'
      ? { reason: 'STOPPED' as const, message: stopped.message }
      : { reason: 'ABORTED' as const, message: doubt ? 'The caller gave up waiting' : 'The caller gave up first' };
  const attempts = row.attempts + (row.underWay && row.step === 'send' ? 1 : 0);
  const outcome = doubt ? 'unknown' : row.underWay ? 'failed' : 'unsent';
  settleRow(row, end({ attempts }, outcome, why));
}
