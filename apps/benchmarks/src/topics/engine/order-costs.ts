import { type Batch, Batcher, type BatchLine } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { heapUsed } from './heap-used.ts';
import { nanosecondsEach, policy } from './lines.ts';

const ROUNDS = 5;
const GROUPS = 4_000;
const SUBJECTS = 1_000_000;
const KEYS = 1_000;
const UPDATES = 1_000_000;

/** What order across keys costs where a user has much: in many groups, unsettled, or for a long time. */
export async function orderCosts({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say(`a user with lines in ${GROUPS.toLocaleString('en')} groups`);
  const figures = [nextUpdate('sealed'), nextUpdate('open')];
  say('memory of unsettled subjects');
  figures.push(memoryPerSubject());
  say(`a user with ${UPDATES.toLocaleString('en')} updates`);
  figures.push(...(await hotUser()));
  return figures;
}

/** The next update of a user whose last one left a line in each of many groups. It goes into as many. */
function nextUpdate(state: 'sealed' | 'open'): MeasuredFigure {
  const lines = Array.from({ length: GROUPS }, (_, index): BatchLine => {
    return { key: `key-${index}`, bytes: 300, subject: 1 };
  });
  const ends: number[] = [];
  const values = Array.from({ length: ROUNDS }, () => {
    const batcher = new Batcher<BatchLine>({ policy });
    batcher.addCause(lines, 0, 1);
    const sealed: Batch<BatchLine>[] = state === 'sealed' ? [...batcher.drain()] : [];
    const startedAt = performance.now();
    batcher.addCause(lines, 1, 2);
    const took = performance.now() - startedAt;
    sealed.push(...batcher.drain());
    for (const batch of sealed) batcher.settle(batch);
    ends.push(performance.now() - startedAt);
    return took;
  });
  return figureOf(`next update of a user with lines in ${GROUPS} ${state} groups`, values, {
    unit: 'ms',
    bound: { is: '<=', limit: 10 },
    detail: `${Math.max(...ends).toFixed(0)} ms at most until everything is sealed and settled`,
  });
}

/** Heap of sealed batches whose lines have subjects, beyond that of the same batches without. */
function memoryPerSubject(): MeasuredFigure {
  const plain = Array.from({ length: SUBJECTS }, (_, index): BatchLine => {
    return { key: `key-${index % KEYS}`, bytes: 300, subject: undefined };
  });
  const about = plain.map((line, index): BatchLine => ({ ...line, subject: Math.imul(index, 0x9e37_79b1) | 0 }));
  const values = Array.from({ length: ROUNDS }, () => (heapOf(about) - heapOf(plain)) / SUBJECTS);
  return figureOf('memory of an unsettled subject beside its line', values, {
    unit: 'bytes',
    bound: { is: '<=', limit: 100 },
    detail: `${SUBJECTS.toLocaleString('en')} subjects as 32-bit integers under ${KEYS.toLocaleString('en')} keys`,
  });
}

function heapOf(lines: readonly BatchLine[]): number {
  const before = heapUsed();
  const batcher = new Batcher<BatchLine>({ policy });
  const sealed = lines.flatMap((line) => batcher.add(line, 0));
  sealed.push(...batcher.drain());
  const grown = heapUsed() - before;
  // Read after the measurement, so that neither is collected before.
  if (sealed.length === 0 || batcher.openLines > 0) throw new Error('not everything was sealed');
  return grown;
}

/** One user alternates between two keys, and each batch is settled as soon as it is sealed. */
class HotUser {
  readonly #batcher = new Batcher<BatchLine>({ policy });
  #updates = 0;

  update(times: number): void {
    const last = this.#updates + times;
    while (this.#updates < last) {
      this.#updates += 1;
      const line: BatchLine = { key: this.#updates % 2 === 0 ? 'in' : 'out', bytes: 300, subject: 1 };
      this.#batcher.addCause([line], this.#updates, this.#updates);
      for (const batch of this.#batcher.drain()) this.#batcher.settle(batch);
    }
  }
}

async function hotUser(): Promise<MeasuredFigure[]> {
  const each = UPDATES / 20;
  const old = new HotUser();
  old.update(2 * each);
  const heapEarly = heapUsed();
  old.update(UPDATES - 2 * each);
  const grown = Math.max(0, heapUsed() - heapEarly) / (UPDATES - 2 * each);
  const values = await interleave({
    late: async () => nanosecondsEach(each, () => old.update(each)),
    early: async () => {
      const fresh = new HotUser();
      return nanosecondsEach(each, () => fresh.update(each));
    },
  });
  return [
    figureOf(
      `update of a user after ${UPDATES} settled ones, time against first ones`,
      ratios(values.late, values.early),
      {
        bound: { is: '<=', limit: 1.3 },
        detail: `${median(values.late).toFixed(0)} ns against ${median(values.early).toFixed(0)} ns, sealed and settled`,
      },
    ),
    figureOf('memory that a settled update of a user leaves', [grown], {
      unit: 'bytes',
      bound: { is: '<=', limit: 0.5 },
      detail: `growth of the heap over ${(UPDATES - 2 * each).toLocaleString('en')} updates`,
    }),
  ];
}
