import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { IdentifierLine } from './identifier-line.ts';

const lineSchema = z.object({
  user: z.string(),
  type: z.enum(['USER_EMAIL', 'USER_ACCOUNT']),
  id: z.string(),
  operation: z.enum(['UPSERT', 'DELETE']),
  ts: z.number(),
});

/** Adds the lines of a batch to the record of what arrived. They are with the operating system when it returns. */
export function recordLines(file: string, lines: readonly IdentifierLine[]): void {
  // The first line break ends whatever a killed process left unfinished.
  appendFileSync(file, `\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`, { mode: 0o600 });
}

/** Every line that arrived, in order of arrival. What a killed process left unfinished is left out. */
export function readRecord(file: string): IdentifierLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap(readLine);
}

function readLine(text: string): IdentifierLine[] {
  try {
    return [lineSchema.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}
