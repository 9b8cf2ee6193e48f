import { access, rm } from 'node:fs/promises';
import { parseBaseUrl } from '../base-url.ts';
import type { BulkOptions } from '../bulk.ts';
import type { ResumedRequest, RowResult } from '../row.ts';
import { ShopBatchClient } from '../shop-batch-client.ts';
import { readDiff, writeDiff } from './diff.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { writeFailedFile } from './failed-file.ts';
import { fingerprint } from './fingerprint.ts';
import { checkDeletes } from './guards.ts';
import { Journal, type JournalHeader } from './journal.ts';
import { lockJournal } from './journal-lock.ts';
import { type PlannedRow, planRows } from './planned-row.ts';
import { ProgressLine } from './progress-line.ts';
import type { PushSettings } from './push-settings.ts';
import type { RowState } from './row-states.ts';
import { diffText, dryRunText, summaryText } from './texts.ts';

/** Where the command writes and what can interrupt it. */
export interface Console {
  readonly out: (text: string) => void;
  readonly progress: NodeJS.WriteStream;
  /** First fired: finish what is under way. */
  readonly stop: AbortSignal;
  /** Fired then: give up at once. */
  readonly abort: AbortSignal;
}

/** What a look at the whole file found, before anything is sent. */
export interface Check {
  rows: number;
  unusable: number;
  deletes: number;
  bytes: number;
  readonly first: ResumedRequest[];
  firstProblem: string | undefined;
}

interface PushRequest extends ResumedRequest {
  readonly row: number;
}

/** Runs the command. @throws CommandError, ShopBatchError before anything was sent. */
export async function push(settings: PushSettings, console: Console): Promise<ExitCode> {
  const input = await fingerprint(settings.file);
  const rows = () => planRows(settings.file, settings.format, settings.mapping);
  const check = await checkRows(rows());
  const client = settings.client === undefined ? undefined : new ShopBatchClient(settings.client);
  if (client === undefined) {
    console.out(dryRunText(check));
    return check.unusable > 0 ? EXIT.failed : EXIT.done;
  }
  const unlock = await lockJournal(settings.journal);
  try {
    return await pushLocked(settings, { client, check, input, rows }, console);
  } finally {
    await unlock();
  }
}

interface Prepared {
  readonly client: ShopBatchClient;
  readonly check: Check;
  readonly input: JournalHeader['input'];
  readonly rows: () => AsyncIterable<PlannedRow>;
}

async function pushLocked(settings: PushSettings, prepared: Prepared, console: Console): Promise<ExitCode> {
  const { client, check, input, rows } = prepared;
  const planPath = planPathOf(settings);
  if (!settings.resume && !settings.dryRun) await Journal.assertFree(settings.journal);
  if (settings.diff && !(settings.resume && (await exists(planPath)))) {
    const base = parseBaseUrl(settings.client?.baseUrl ?? '').href;
    const counts = await writeDiff(planPath, rows(), client, base);
    console.out(diffText(counts));
    if (settings.dryRun) {
      await rm(planPath);
      return counts.unusable > 0 ? EXIT.failed : EXIT.done;
    }
  }
  const plan = settings.diff ? () => readDiff(planPath) : rows;
  checkDeletes(settings.diff ? await countDeletes(plan()) : check.deletes, settings.maxDeletes);
  const header = headerOf(settings, input);
  const journal = settings.resume
    ? await Journal.resume(settings.journal, header)
    : await Journal.create(settings.journal, header);
  return await run(settings, { client, journal, plan, check }, console);
}

/** Where a comparison with the shop is kept, for the run and for one that resumes it. */
const planPathOf = ({ journal }: PushSettings): string => `${journal}.plan`;

interface Run {
  readonly client: ShopBatchClient;
  readonly journal: Journal;
  readonly plan: () => AsyncIterable<PlannedRow>;
  readonly check: Check;
}

async function run(settings: PushSettings, { client, journal, plan, check }: Run, console: Console): Promise<ExitCode> {
  const { states } = journal;
  const before = states.count(check.rows);
  const total = check.rows - before.succeeded - before.failed;
  const line = new ProgressLine(console.progress, total);
  const guard = new AbortController();
  let failures = 0;
  let settled = 0;
  const onEnd = (row: number, result: RowResult) => {
    journal.end(row, result);
    settled += 1;
    if (result.outcome === 'failed' || result.outcome === 'unknown') failures += 1;
    if (settings.stopAfterFailures(failures, settled)) guard.abort();
  };
  const options: BulkOptions = {
    total,
    signal: console.abort,
    stop: AbortSignal.any([console.stop, guard.signal]),
    onRow: ({ request, result }) => onEnd((request as PushRequest).row, result),
    onProgress: (progress) => line.show(progress),
    beforeSend: (sent) => journal.beforeSend(sent.map(({ request }) => (request as PushRequest).row)),
  };
  const summary = await client.bulk(pending(plan(), journal, onEnd), options);
  line.end();
  const counts = states.count(check.rows);
  const failed = await writeFailedFile(settings.failedFile, settings.file, settings.format, states);
  const unsent = counts.waiting + counts.sent + counts.unsent;
  await journal.close(unsent === 0);
  if (unsent === 0) await rm(planPathOf(settings), { force: true });
  const stopped = guard.signal.aborted
    ? 'more rows failed than --stop-after-failures allows'
    : summary.stopped?.message;
  console.out(
    summaryText({ counts, before, summary, unsent, failed, firstFailure: states.firstFailure, stopped, settings }),
  );
  const interrupted = console.stop.aborted && unsent > 0;
  return exitCodeOf({ failed: counts.failed, unknown: counts.unknown, unsent, interrupted });
}

const OVER: ReadonlySet<RowState> = new Set<RowState>(['succeeded', 'failed']);
const IN_DOUBT: ReadonlySet<RowState> = new Set<RowState>(['sent', 'unknown']);

/** The rows that are still to be sent. Those that need no sending are noted as they come by. */
async function* pending(
  plan: AsyncIterable<PlannedRow>,
  { states }: Journal,
  onEnd: (row: number, result: RowResult) => void,
): AsyncGenerator<PushRequest> {
  for await (const { index, request, end, unchanged, doubtful } of plan) {
    const state = states.get(index);
    if (OVER.has(state)) continue;
    if (unchanged === true) states.set(index, 'unchanged');
    else if (end !== undefined) onEnd(index, { ...end, attempts: 0 });
    else if (request !== undefined) {
      yield { ...request, row: index, doubtful: doubtful === true || IN_DOUBT.has(state) };
    }
  }
}

async function checkRows(rows: AsyncIterable<PlannedRow>): Promise<Check> {
  const check: Check = { rows: 0, unusable: 0, deletes: 0, bytes: 0, first: [], firstProblem: undefined };
  for await (const { request, end } of rows) {
    check.rows += 1;
    if (request === undefined) {
      check.unusable += 1;
      check.firstProblem ??= end?.message;
      continue;
    }
    if (request.method === 'DELETE') check.deletes += 1;
    check.bytes += Buffer.byteLength(JSON.stringify(request));
    if (check.first.length < 3) check.first.push(request);
  }
  return check;
}

async function countDeletes(rows: AsyncIterable<PlannedRow>): Promise<number> {
  let deletes = 0;
  for await (const { request } of rows) if (request?.method === 'DELETE') deletes += 1;
  return deletes;
}

function headerOf({ client, mapping, diff, format }: PushSettings, input: JournalHeader['input']): JournalHeader {
  const url = new URL(client?.baseUrl ?? '').href;
  return { journal: 1, url, input, mapping: { ...mapping, map: [...mapping.map], diff, format } };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
