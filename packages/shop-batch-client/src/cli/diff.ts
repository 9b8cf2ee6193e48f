import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { shopErrors, unwrapResponse } from '@batchfeed/schemas';
import { resourceOf } from '../base-url.ts';
import { holdsData } from '../holds-data.ts';
import type { RowResult, ShopRequest } from '../row.ts';
import type { ShopBatchClient } from '../shop-batch-client.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-code.ts';
import type { PlannedRow } from './planned-row.ts';

const CHUNK = 200;

/** What a comparison with the shop came to. */
export interface DiffCounts {
  create: number;
  update: number;
  remove: number;
  unchanged: number;
  /** Rows that cannot be read or compared. */
  unusable: number;
  /** The first changes, as text. */
  readonly first: string[];
}

const FIRST = 5;

/**
 * Compares every row with what the shop holds (reading only) and writes to `path` what remains to be sent: whole rows
 * for what is not there, the fields that differ for what is. @throws CommandError when the shop turns the reading away.
 */
export async function writeDiff(
  path: string,
  rows: AsyncIterable<PlannedRow>,
  client: ShopBatchClient,
  base: string,
): Promise<DiffCounts> {
  const counts: DiffCounts = { create: 0, update: 0, remove: 0, unchanged: 0, unusable: 0, first: [] };
  const out = createWriteStream(`${path}.part`, { mode: 0o600 });
  // What an earlier row of the file is about to change cannot be compared with the shop as it is now.
  const touched = new Set<string>();
  const flush = async (chunk: readonly PlannedRow[]) => {
    const compared = await compareChunk(chunk, client, base, touched);
    for (const { row, kind, about } of compared) {
      counts[kind] += 1;
      if (about !== undefined && counts.first.length < FIRST) counts.first.push(about);
      if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
    }
  };
  let chunk: PlannedRow[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    await flush(chunk);
    chunk = [];
  }
  await flush(chunk);
  out.end();
  await once(out, 'close');
  await rename(`${path}.part`, path);
  return counts;
}

/** The rows that `writeDiff` wrote. */
export async function* readDiff(path: string): AsyncGenerator<PlannedRow> {
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') }))
    yield JSON.parse(line) as PlannedRow;
}

interface Compared {
  readonly row: PlannedRow;
  readonly kind: Exclude<keyof DiffCounts, 'first'>;
  readonly about?: string;
}

async function compareChunk(
  chunk: readonly PlannedRow[],
  client: ShopBatchClient,
  base: string,
  touched: Set<string>,
): Promise<Compared[]> {
  const asked = chunk.flatMap(({ request }) =>
    request !== undefined && isComparable(request, base) ? [pathOf(request)] : [],
  );
  const uris = [...new Set(asked)].filter((uri) => !touched.has(uri));
  const { rows } = await client.batch(uris.map((uri) => ({ method: 'GET', uri })));
  const turnedAway = rows.find(({ outcome }) => outcome === 'unsent');
  if (turnedAway !== undefined) {
    throw new CommandError(EXIT.stopped, `Comparing failed, nothing was sent: ${turnedAway.message ?? 'no answer'}`);
  }
  const shown = new Map(uris.map((uri, i) => [uri, rows[i] as RowResult]));
  return chunk.map((row) => {
    if (row.request === undefined) return { row, kind: 'unusable' };
    const uri = pathOf(row.request);
    const found = touched.has(uri) ? undefined : shown.get(uri);
    const compared = compare(row, row.request, found);
    if (compared.row.request !== undefined) touched.add(uri);
    return compared;
  });
}

function compare(row: PlannedRow, request: ShopRequest, found: RowResult | undefined): Compared {
  const kind = request.method === 'DELETE' ? 'remove' : request.method === 'POST' ? 'create' : 'update';
  const about = `${request.method} ${request.uri}`;
  if (found === undefined) return { row, kind, about };
  const { index } = row;
  const absent = found.status === 404 || found.code === shopErrors.wrongId.code;
  if (absent) return request.method === 'DELETE' ? unchanged(index) : { row, kind, about: `${about} (not there yet)` };
  if (found.outcome !== 'succeeded') {
    const message = `It could not be compared: ${found.message ?? 'no message'}`;
    return { row: { index, end: { ...found, outcome: 'failed', message } }, kind: 'unusable' };
  }
  if (request.method === 'DELETE') return { row, kind, about };
  const data = differingFields(unwrapResponse(found.body), request.data);
  const names = Object.keys(data);
  if (names.length === 0) return unchanged(index);
  return { row: { ...row, request: { ...request, data } }, kind: 'update', about: `${about}: ${names.join(', ')}` };
}

const unchanged = (index: number): Compared => ({ row: { index, unchanged: true }, kind: 'unchanged' });

/** The fields of `sent` that `shown` does not hold. */
function differingFields(shown: unknown, sent: Record<string, unknown> = {}): Record<string, unknown> {
  const fields = (typeof shown === 'object' && shown !== null ? shown : {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(sent).filter(([name, value]) => !holdsData(fields[name], value)));
}

const pathOf = ({ uri }: ShopRequest): string => uri.replace(/[?#].*$/, '');

const isComparable = (request: ShopRequest, base: string): boolean =>
  request.method !== 'GET' && resourceOf(base, request.uri) !== undefined;
