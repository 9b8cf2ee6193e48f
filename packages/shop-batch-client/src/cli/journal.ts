/**
 * What is needed to go on after a crash, one JSON line each:
 *
 *   {"journal":1, …}                       what is pushed where: a resumed run must push the same
 *   {"send":[[0,199]]}                     these rows are about to go out; on disk before they do
 *   {"end":"succeeded","rows":[[0,198]]}   these rows ended
 *   {"row":199,"end":{"outcome":"failed",…}}
 *   {"finished":true}                      nothing is left to resume
 *
 * Invariants: a row that went out is in a `send` line that reached the disk before. So a row without `send` was never
 * sent, one with `send` and `end` is settled, and one with `send` alone may have been carried out: a resumed run looks
 * for it, or repeats it where repeating does no harm. A last line cut short by a crash is a line never written.
 */

import { writeSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { RowResult } from '../row.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-code.ts';
import type { Fingerprint } from './fingerprint.ts';
import { addToRanges, type Range, rangesOf } from './ranges.ts';
import { type Ended, RowStates } from './row-states.ts';

/** What a run pushes where. */
export interface JournalHeader {
  readonly journal: 1;
  readonly url: string;
  readonly input: Fingerprint;
  readonly mapping: unknown;
}

const FINISHED = '{"finished":true}\n';

interface Line {
  send?: Range[];
  end?: Ended['outcome'] | Ended;
  rows?: Range[];
  row?: number;
}

export class Journal {
  readonly states: RowStates;
  readonly #file: FileHandle;
  #succeeded: Range[] = [];
  #flushing = false;

  private constructor(file: FileHandle, states: RowStates) {
    this.#file = file;
    this.states = states;
  }

  /** Starts a journal, in place of one that is finished. @throws CommandError when there is one that is not. */
  static async create(path: string, header: JournalHeader): Promise<Journal> {
    await Journal.assertFree(path);
    const file = await openOrExplain(path, 'w');
    await file.writeFile(`${JSON.stringify(header)}\n`);
    await file.datasync();
    return new Journal(file, new RowStates());
  }

  /** @throws CommandError when there is a journal that is not finished. */
  static async assertFree(path: string): Promise<void> {
    const old = await readFile(path, 'utf8').catch(() => '');
    if (old === '' || old.endsWith(FINISHED)) return;
    const what = `There is a journal ${path} of an earlier run that is not finished`;
    throw new CommandError(EXIT.unusable, `${what}: go on with --resume, or delete it to start over`);
  }

  /** Goes on with a journal. @throws CommandError when there is none, or when it is about something else. */
  static async resume(path: string, header: JournalHeader): Promise<Journal> {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) throw new CommandError(EXIT.unusable, `There is no journal ${path} to resume`);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const [first, ...lines] = whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
    const wrong = differenceOf(first as JournalHeader | undefined, header);
    if (wrong !== undefined) {
      throw new CommandError(EXIT.unusable, `The journal ${path} is of another run: ${wrong} differs`);
    }
    const states = new RowStates();
    for (const line of lines as Line[]) replay(line, states);
    const file = await openOrExplain(path, 'r+');
    await file.truncate(Buffer.byteLength(whole));
    await file.close();
    return new Journal(await openOrExplain(path, 'a'), states);
  }

  /** On disk when it resolves. */
  async beforeSend(indices: readonly number[]): Promise<void> {
    this.#flush();
    for (const index of indices) this.states.set(index, 'sent');
    await this.#file.write(`${JSON.stringify({ send: rangesOf(indices) })}\n`);
    await this.#file.datasync();
  }

  /** Notes the end of a row. Written before the event loop turns, so that a killed process forgets next to nothing. */
  end(index: number, { outcome, status, code, reason, message }: RowResult): void {
    const ended: Ended = {
      outcome,
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
    this.states.end(index, ended);
    if (outcome === 'succeeded') addToRanges(this.#succeeded, index);
    else writeSync(this.#file.fd, `${JSON.stringify({ row: index, end: ended })}\n`);
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  /** `finished`: nothing is left that a resumed run could do. */
  async close(finished: boolean): Promise<void> {
    this.#flush();
    if (finished) await this.#file.write(FINISHED);
    await this.#file.datasync();
    await this.#file.close();
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#succeeded.length === 0) return;
    writeSync(this.#file.fd, `${JSON.stringify({ end: 'succeeded', rows: this.#succeeded })}\n`);
    this.#succeeded = [];
  }
}

async function openOrExplain(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(EXIT.unusable, `The journal ${path} cannot be written (${code ?? 'no code'})`);
  }
}

function differenceOf(was: JournalHeader | undefined, is: JournalHeader): string | undefined {
  if (was?.journal !== 1) return 'its first line';
  if (was.input.sha256 !== is.input.sha256) return 'the input file';
  if (was.url !== is.url) return 'the shop';
  return JSON.stringify(was.mapping) === JSON.stringify(is.mapping) ? undefined : 'what rows are made into';
}

function replay({ send, end, rows, row }: Line, states: RowStates): void {
  for (const [from, to] of send ?? []) for (let index = from; index <= to; index += 1) states.set(index, 'sent');
  if (row !== undefined && typeof end === 'object') states.end(row, end);
  if (typeof end !== 'string') return;
  for (const [from, to] of rows ?? [])
    for (let index = from; index <= to; index += 1) states.end(index, { outcome: end });
}
