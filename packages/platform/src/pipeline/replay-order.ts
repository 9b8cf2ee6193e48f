import type { DeadLetter } from '@batchfeed/delivery';
import { STAGES, type Stage } from './dead-letter-filter.ts';

/** Overtaken letters whose ids are kept. */
const KEPT_IDS = 100;
const FIRST_ROOM = 1_024;

/**
 * Letters of one stage as pairs of numbers: there may be millions, and their texts stay on disk.
 */
interface StageLetters {
  /** What every ref of the stage begins with: the destination's tag. */
  tag: string;
  /** When each was sealed, and the number its ref ends with. */
  sealedAt: Float64Array;
  numbers: Float64Array;
  count: number;
}

/**
 * Dead letters that are to be replayed, in the order of their first sealing. Keeps 16 bytes of
 * each. Those of one feed only.
 */
export class ReplayOrder {
  readonly #stages = new Map<Stage, StageLetters>();
  /** Ids of letters with later lines of their users, the first hundred. */
  readonly overtakenIds: string[] = [];
  /** How many there are of those. */
  overtaken = 0;
  size = 0;

  add(stage: Stage, { ref, sealedAt, later }: Pick<DeadLetter, 'ref' | 'sealedAt' | 'later'>): void {
    const dash = ref.lastIndexOf('-');
    let letters = this.#stages.get(stage);
    if (letters === undefined) {
      letters = { tag: ref.slice(0, dash), ...room(FIRST_ROOM), count: 0 };
      this.#stages.set(stage, letters);
    }
    if (letters.count === letters.numbers.length) grow(letters);
    letters.sealedAt[letters.count] = sealedAt;
    letters.numbers[letters.count] = Number(ref.slice(dash + 1));
    letters.count += 1;
    this.size += 1;
    // Not known means that it may be so.
    if (later === 0) return;
    this.overtaken += 1;
    if (this.overtakenIds.length < KEPT_IDS) this.overtakenIds.push(`${stage}-${ref}`);
  }

  /**
   * Stage by stage, those first that were sealed first; of those sealed together, those that died
   * first.
   */
  *inOrder(): Generator<{ readonly stage: Stage; readonly ref: string }> {
    for (const stage of STAGES) {
      const letters = this.#stages.get(stage);
      if (letters === undefined) continue;
      const { tag, sealedAt, numbers, count } = letters;
      const places = Uint32Array.from({ length: count }, (_, index) => index);
      places.sort((one, other) => at(sealedAt, one) - at(sealedAt, other) || at(numbers, one) - at(numbers, other));
      for (const place of places) yield { stage, ref: `${tag}-${at(numbers, place)}` };
    }
  }
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0;
}

function room(length: number) {
  return { sealedAt: new Float64Array(length), numbers: new Float64Array(length) };
}

function grow(letters: StageLetters): void {
  const { sealedAt, numbers } = room(letters.numbers.length * 2);
  sealedAt.set(letters.sealedAt);
  numbers.set(letters.numbers);
  letters.sealedAt = sealedAt;
  letters.numbers = numbers;
}
