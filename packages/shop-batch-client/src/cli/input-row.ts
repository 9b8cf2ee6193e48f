import type { RowResult } from '../row.ts';

/** One row of an input file. */
export interface InputRow {
  /** Position among the rows, from 0. */
  readonly index: number;
  /** Line of the file on which it ends, from 1; its position from 1 in a JSON file. */
  readonly line: number;
  /** The row as it is written to a failed-rows file: a CSV record, an object, or the text of what is no object. */
  readonly raw: readonly string[] | unknown;
  /** Names and values; undefined when the row cannot be read, and then `problem` says why. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  readonly problem?: string;
  /** What an earlier run said of it, when the file is a failed-rows file. */
  readonly before?: Pick<RowResult, 'outcome'>;
}

/** Names that would reach an object's prototype. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** A field that a failed-rows file adds to each row begins so, and is no part of the row when read again. */
export const RESULT_PREFIX = '#';

/** Where a failed-rows file of JSON rows keeps what became of each. */
export const RESULT_KEY = '#result';
