import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { shopLimits } from '@batchfeed/schemas';
import { parse } from 'csv-parse';
import type { RowOutcome } from '../row.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-code.ts';
import { FORBIDDEN_NAMES, type InputRow, RESULT_KEY, RESULT_PREFIX } from './input-row.ts';
import { readLines } from './read-lines.ts';

export const FORMATS = ['csv', 'ndjson', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** A JSON file is held in memory as a whole; larger ones have to come as NDJSON. */
const MAX_JSON_BYTES = 268_435_456;

/** The rows of a file, one after the other. @throws CommandError when the file as a whole cannot be read. */
export function readRows(file: string, format: Format): AsyncGenerator<InputRow> {
  return READERS[format](file);
}

/** By the file's name; `.jsonl` is NDJSON. */
export function formatOf(file: string): Format | undefined {
  const extension = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase();
  if (extension === 'jsonl') return 'ndjson';
  return FORMATS.find((format) => format === extension);
}

const READERS: Record<Format, (file: string) => AsyncGenerator<InputRow>> = {
  csv: readCsv,
  ndjson: readNdjson,
  json: readJson,
};

/** Ends of lines may be mixed: a header by hand, rows from elsewhere. */
const CSV = { bom: true, record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true };

async function* readCsv(file: string): AsyncGenerator<InputRow> {
  const parser = createReadStream(file).pipe(
    parse({
      ...CSV,
      delimiter: await delimiterOf(file),
      relax_column_count: true,
      info: true,
      max_record_size: shopLimits.maxPostBytes,
    }),
  );
  let header: string[] | undefined;
  let index = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === undefined) {
        header = record.map((name) => name.trim());
        checkHeader(header);
        continue;
      }
      yield csvRow(header, record, index, info.lines);
      index += 1;
    }
    if (header === undefined) throw new CommandError(EXIT.unusable, `${file} holds no CSV header`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(EXIT.unusable, `${file} is not readable as CSV: ${(error as Error).message}`);
  }
}

/** The names of a CSV file's columns, those that a failed-rows file added left out. */
export async function readHeader(file: string): Promise<{ names: string[]; delimiter: string }> {
  const delimiter = await delimiterOf(file);
  const parser = createReadStream(file).pipe(parse({ ...CSV, delimiter, to: 1 }));
  for await (const record of parser as AsyncIterable<string[]>)
    return { names: record.map((name) => name.trim()), delimiter };
  return { names: [], delimiter };
}

function checkHeader(header: readonly string[]): void {
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandError(EXIT.unusable, `The CSV header names the column "${twice}" twice`);
  const bad = header.find((name) => name === '' || name.split('.').some((part) => FORBIDDEN_NAMES.has(part)));
  if (bad !== undefined) throw new CommandError(EXIT.unusable, `The CSV header has a column named "${bad}"`);
}

function csvRow(header: readonly string[], record: string[], index: number, line: number): InputRow {
  if (record.length !== header.length) {
    const problem = `it has ${record.length} columns, the header ${header.length}`;
    return { index, line, raw: record, fields: undefined, problem };
  }
  const fields: Record<string, unknown> = {};
  let outcome: unknown;
  header.forEach((name, i) => {
    if (!name.startsWith(RESULT_PREFIX)) fields[name] = record[i];
    else if (name === `${RESULT_PREFIX}outcome`) outcome = record[i];
  });
  return { index, line, raw: record, fields, ...before(outcome) };
}

/** The commonest of the usual separators in the first line. */
async function delimiterOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const first = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)[0] as string;
    const count = (separator: string) => first.split(separator).length;
    return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
  } finally {
    await handle.close();
  }
}

async function* readNdjson(file: string): AsyncGenerator<InputRow> {
  let index = 0;
  for await (const { number: line, text } of readLines(file, shopLimits.maxPostBytes)) {
    if (text?.trim() === '') continue;
    yield ndjsonRow(text, index, line);
    index += 1;
  }
}

function ndjsonRow(text: string | undefined, index: number, line: number): InputRow {
  // Its place is kept in a failed-rows file, without what it says.
  if (text === undefined) return { index, line, raw: {}, fields: undefined, problem: TOO_LONG };
  try {
    return jsonRow(JSON.parse(text), index, line);
  } catch {
    return { index, line, raw: text, fields: undefined, problem: 'it is not JSON' };
  }
}

const TOO_LONG = `it is longer than ${shopLimits.maxPostBytes} bytes`;

async function* readJson(file: string): AsyncGenerator<InputRow> {
  if ((await stat(file)).size > MAX_JSON_BYTES) {
    throw new CommandError(EXIT.unusable, `${file} is larger than 256 MB: write it as NDJSON, one row a line`);
  }
  let document: unknown;
  try {
    document = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch {
    throw new CommandError(EXIT.unusable, `${file} is not JSON`);
  }
  // The documented body of a batch is taken as it is.
  const requests = (document as { data?: { requests?: unknown } } | null)?.data?.requests;
  const list = Array.isArray(requests) ? requests : document;
  if (!Array.isArray(list)) throw new CommandError(EXIT.unusable, `${file} must hold a list of rows`);
  for (const [index, value] of list.entries()) yield jsonRow(value, index, index + 1);
}

function jsonRow(value: unknown, index: number, line: number): InputRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { index, line, raw: JSON.stringify(value), fields: undefined, problem: 'it is not an object' };
  }
  const { [RESULT_KEY]: result, ...fields } = value as Record<string, unknown>;
  return { index, line, raw: fields, fields, ...before((result as { outcome?: unknown } | undefined)?.outcome) };
}

const OUTCOMES: ReadonlySet<unknown> = new Set<RowOutcome>(['succeeded', 'failed', 'unknown', 'unsent']);
const before = (outcome: unknown): Pick<InputRow, 'before'> =>
  OUTCOMES.has(outcome) ? { before: { outcome: outcome as RowOutcome } } : {};
