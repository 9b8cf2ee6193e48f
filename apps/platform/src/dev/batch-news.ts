import { Writable } from 'node:stream';
import type { Output } from '../cli/output.ts';

/** What a platform logs of a batch, in words. */
const NEWS: Readonly<Record<string, (entry: Record<string, unknown>) => string>> = {
  sealed: ({ batch, lines, bytes, reason, ageMs }) =>
    `sealed    ${batch}  ${lines} lines, ${bytes} bytes, by ${reason} after ${ageMs} ms`,
  batch: ({ batch, attempt, outcome, status }) =>
    `${outcome === 'delivered' ? 'delivered' : String(outcome)}  ${batch}  attempt ${attempt}, HTTP ${status ?? '-'}`,
  attempt: ({ stage, batch, attempt, outcome, reason }) =>
    stage === 'update' ? `${outcome}  update ${batch}  attempt ${attempt}: ${reason}` : '',
  dead: ({ stage, batch, lines, reason }) => `dead      ${stage} ${batch}  ${lines} lines: ${reason}`,
  gate: ({ untilMs }) => `the plugin asks to be left alone until ${new Date(Number(untilMs)).toISOString()}`,
};

/** Takes the platform's JSON log and shows what is about batches as it happens. */
export function batchNews(out: Output): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const text of chunk.toString('utf8').split('\n')) if (text !== '') tell(out, JSON.parse(text));
      done();
    },
  });
}

function tell(out: Output, entry: Record<string, unknown>): void {
  const { msg, level: _, time, ...rest } = entry;
  const words = NEWS[msg as string]?.(rest) ?? '';
  if (words !== '') out.line({ event: msg, ts: time, ...rest }, words);
}
