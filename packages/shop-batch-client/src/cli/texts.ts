import type { BulkSummary } from '../bulk.ts';
import type { DiffCounts } from './diff.ts';
import { durationText } from './progress-line.ts';
import type { Check } from './push.ts';
import type { PushSettings } from './push-settings.ts';
import type { RowState } from './row-states.ts';

const number = new Intl.NumberFormat('en');

/** Names and figures, one pair a line, figures to the right. */
function table(pairs: readonly (readonly [name: string, value: number | string])[]): string {
  const cells = pairs.map(([name, value]) => [name, typeof value === 'number' ? number.format(value) : value] as const);
  const left = Math.max(...cells.map(([name]) => name.length));
  const right = Math.max(...cells.map(([, value]) => value.length));
  return cells.map(([name, value]) => `  ${name.padEnd(left)}  ${value.padStart(right)}\n`).join('');
}

const some = (pairs: readonly (readonly [string, number])[]) => pairs.filter(([, value]) => value > 0);

export function dryRunText({ rows, unusable, deletes, bytes, first, firstProblem }: Check): string {
  const sendable = rows - unusable;
  const figures = table([
    ['rows', rows],
    ['requests that would be sent', sendable],
    ...some([
      ['of them deletes', deletes],
      ['rows that cannot be sent', unusable],
    ]),
    ['bytes of requests', bytes],
  ]);
  const problem = firstProblem === undefined ? '' : `First problem: ${firstProblem}\n`;
  const requests = first.map((request) => `${JSON.stringify(request, null, 2)}\n`).join('');
  return `Nothing was sent. The first requests:\n${requests}\n${figures}${problem}`;
}

export function diffText({ create, update, remove, unchanged, unusable, first }: DiffCounts): string {
  const figures = table([
    ['create', create],
    ['update', update],
    ['delete', remove],
    ['unchanged', unchanged],
    ...some([['cannot be compared', unusable]]),
  ]);
  return `Compared with the shop:\n${figures}${first.map((text) => `  ${text}\n`).join('')}`;
}

interface SummaryParts {
  readonly counts: Readonly<Record<RowState, number>>;
  readonly before: Readonly<Record<RowState, number>>;
  readonly summary: BulkSummary;
  readonly unsent: number;
  /** Rows in the failed-rows file. */
  readonly failed: number;
  /** Why the first of them failed. */
  readonly firstFailure: string | undefined;
  readonly stopped: string | undefined;
  readonly settings: PushSettings;
}

export function summaryText(parts: SummaryParts): string {
  const { counts, before, summary, unsent, failed, firstFailure, stopped, settings } = parts;
  const { seconds, rows } = summary;
  const figures = table([
    ['rows', Object.values(counts).reduce((sum, count) => sum + count, 0)],
    ['succeeded', counts.succeeded],
    ['failed', counts.failed],
    ['unknown', counts.unknown],
    ['unsent', unsent],
    ...some([
      ['unchanged', counts.unchanged],
      ['settled by earlier runs', before.succeeded + before.failed],
    ]),
    ['time', durationText(seconds)],
    ['rows per second', seconds > 0 ? Math.round((rows - summary.unsent) / seconds) : 0],
  ]);
  const notes = [
    stopped === undefined ? undefined : `Stopped: ${stopped}`,
    failed > 0 && firstFailure !== undefined ? `First failure: ${firstFailure}` : undefined,
    failed > 0 ? `Failed and unknown rows, with reasons: ${settings.failedFile}` : undefined,
    unsent > 0 ? `Go on with the same command and --resume` : undefined,
  ];
  return figures + notes.map((note) => (note === undefined ? '' : `${note}\n`)).join('');
}
