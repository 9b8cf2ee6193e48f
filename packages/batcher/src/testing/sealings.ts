import type { Batch } from '../index.ts';
import type { ModelLine } from './model-line.ts';

/** Checks sealed batches: their limits, their age, and how often a key is sealed early or by express. */
export class Sealings {
  #sequence = 0;
  readonly #lastEarly = new Map<string, number>();
  readonly #lastExpress = new Map<string, number>();

  /** A batch is sealed that is not checked here, such as a replay. */
  sealed({ sequence }: Batch<ModelLine>): void {
    this.#sequence = sequence;
  }

  /** `now` for a batch that `due` has sealed. */
  check(batch: Batch<ModelLine>, now: number | undefined): void {
    const { lines, bytes, policy, sequence, openedAt, oldestAt, reason } = batch;
    const size = lines.reduce((sum, line) => sum + line.bytes, 0);
    const separators = (lines.length - 1) * (policy.separatorBytes ?? 0);
    must(bytes === (policy.envelopeBytes ?? 0) + size + separators, 'the bytes are wrong');
    must(lines.length > 0 && lines.length <= policy.maxLines, `a batch of ${lines.length} lines`);
    must(bytes <= policy.maxBytes || lines.length === 1, 'a batch over its bytes');
    must(reason !== 'lines' || lines.length === policy.maxLines, 'a batch that is not full');
    must(sequence === this.#sequence + 1 || this.#sequence === 0, 'the sequence has a gap');
    this.#sequence = sequence;
    // Pieces of a group that was cut keep the age of the whole.
    const oldest = Math.min(...lines.map(({ at }) => at));
    must(reason === 'reconfigured' ? oldestAt <= oldest : oldestAt === oldest, 'the oldest line is another');
    must(openedAt >= oldestAt, 'a group is older than its lines');
    const isPlain = reason !== 'reconfigured' && lines.every(({ subject }) => subject === undefined);
    must(!isPlain || openedAt === oldestAt, 'a line without subject does not count for the age');
    if (now !== undefined) this.#checkTime(batch, now);
  }

  #checkTime({ key, policy, reason, openedAt, oldestAt, express }: Batch<ModelLine>, now: number): void {
    const { maxAgeMs } = policy;
    if (reason === 'age') must(now - openedAt >= maxAgeMs, 'sealed before its age');
    if (reason === 'order') {
      must(!express && now - oldestAt >= maxAgeMs, 'sealed early before the age of its held line');
      must(now - (this.#lastEarly.get(key) ?? 0) >= maxAgeMs / 4, 'sealed early too often');
      this.#lastEarly.set(key, now);
    }
    if (reason === 'express') {
      must(express && now - (this.#lastExpress.get(key) ?? 0) >= maxAgeMs / 30, 'sealed by express too often');
      this.#lastExpress.set(key, now);
    }
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
