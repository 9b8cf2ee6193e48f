import type { ShopRequest } from '../row.ts';
import type { InputRow } from './input-row.ts';
import { type Format, readRows } from './read-rows.ts';
import type { Ended } from './row-states.ts';
import { type Mapping, toRequest } from './to-request.ts';

/** What is to be done about a row of the file. */
export interface PlannedRow {
  readonly index: number;
  /** What to send; undefined when there is nothing to send. */
  readonly request?: ShopRequest;
  /** Its end, when that is known without sending it. */
  readonly end?: Ended;
  /** The shop holds already what the row says. */
  readonly unchanged?: true;
  /** An earlier run does not know whether it was carried out. */
  readonly doubtful?: true;
}

/** The rows of a file as requests. */
export async function* planRows(file: string, format: Format, mapping: Mapping): AsyncGenerator<PlannedRow> {
  for await (const row of readRows(file, format)) yield planRow(row, mapping);
}

function planRow(row: InputRow, mapping: Mapping): PlannedRow {
  const { index } = row;
  const request = toRequest(row, mapping);
  if (typeof request === 'string') {
    const message = `Line ${row.line}: ${request}`;
    return { index, end: { outcome: 'failed', reason: 'REQUEST_INVALID', message } };
  }
  return { index, request, ...(row.before?.outcome === 'unknown' ? { doubtful: true } : {}) };
}
