import { CommandError } from './command-error.ts';
import { EXIT } from './exit-code.ts';

/** Decides after each row whether so many have failed that the run had better stop. */
export type FailureGuard = (failures: number, settled: number) => boolean;

/** A share says little of a handful of rows. */
const LEAST_ROWS_FOR_A_SHARE = 20;

/** Reads `10` (more than ten failures) or `5%` (of the rows that ended). @throws CommandError */
export function parseFailureGuard(text: string | undefined): FailureGuard {
  if (text === undefined) return () => false;
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const limit = Number(match?.[1]);
  if (match === null || (match[2] === '%' ? limit > 100 : !Number.isInteger(limit))) {
    throw new CommandError(EXIT.unusable, '--stop-after-failures takes a whole number of rows, or a share such as 5%');
  }
  if (match[2] !== '%') return (failures) => failures > limit;
  return (failures, settled) => settled >= LEAST_ROWS_FOR_A_SHARE && failures * 100 > limit * settled;
}

/** @throws CommandError when more rows would delete something than the caller meant to. */
export function checkDeletes(deletes: number, allowed: number | undefined): void {
  if (allowed === undefined || deletes <= allowed) return;
  throw new CommandError(
    EXIT.stopped,
    `${deletes} rows delete something, --max-deletes allows ${allowed}: nothing was sent`,
  );
}
