import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { type InputRow, RESULT_KEY, RESULT_PREFIX } from './input-row.ts';
import { type Format, readHeader, readRows } from './read-rows.ts';
import type { Ended, RowStates } from './row-states.ts';

const RESULT_FIELDS = ['outcome', 'status', 'code', 'reason', 'message'] as const;

/**
 * Writes the rows that failed or are unknown, as they were, each with what became of it beside it. The file is valid
 * input again. Returns how many there are; without any, an older file is removed.
 */
export async function writeFailedFile(path: string, input: string, format: Format, states: RowStates): Promise<number> {
  const temporary = `${path}.part`;
  const out = createWriteStream(temporary, { mode: 0o600 });
  const header = format === 'csv' ? await readHeader(input) : undefined;
  const writer = header === undefined ? jsonWriter : csvWriter(header.names, header.delimiter);
  let count = 0;
  let text = header === undefined ? '' : csvHeader(header.names, header.delimiter);
  for await (const row of readRows(input, format)) {
    const ended = states.detail(row.index);
    if (ended?.outcome !== 'failed' && ended?.outcome !== 'unknown') continue;
    count += 1;
    text += writer(row, ended);
    if (text.length < 65_536) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await once(out, 'close');
  if (count === 0) await Promise.all([rm(temporary), rm(path, { force: true })]);
  else await rename(temporary, path);
  return count;
}

function jsonWriter({ raw, fields }: InputRow, ended: Ended): string {
  // What is no object, or not even JSON, stays as it was, so that it can be mended by hand.
  if (typeof raw === 'string') return `${raw}\n`;
  return `${JSON.stringify({ ...(fields ?? (raw as object)), [RESULT_KEY]: ended })}\n`;
}

const ownColumns = (names: readonly string[]): number[] =>
  names.flatMap((name, i) => (name.startsWith(RESULT_PREFIX) ? [] : [i]));

const csvHeader = (names: readonly string[], delimiter: string): string =>
  csvLine([...ownColumns(names).map((i) => names[i]), ...RESULT_FIELDS.map((name) => RESULT_PREFIX + name)], delimiter);

function csvWriter(names: readonly string[], delimiter: string) {
  const columns = ownColumns(names);
  return ({ raw, fields }: InputRow, ended: Ended): string => {
    const record = raw as string[];
    // A record with a wrong number of columns is written whole: it stays wrong until somebody mends it.
    const own = fields === undefined ? record : columns.map((i) => record[i]);
    return csvLine([...own, ...RESULT_FIELDS.map((name) => ended[name])], delimiter);
  };
}

const csvLine = (values: readonly unknown[], delimiter: string): string =>
  `${values.map((value) => csvValue(value, delimiter)).join(delimiter)}\n`;

function csvValue(value: unknown, delimiter: string): string {
  const text = value === undefined ? '' : String(value);
  return /["\r\n]|^\s|\s$/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
}
