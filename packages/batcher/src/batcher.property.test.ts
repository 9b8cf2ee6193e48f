import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Batch, Batcher, type BatchLine, type Policy } from './index.ts';

/** 500 in the tests; the long command sets more. */
const RUNS = Number(process.env.BATCHFEED_RUNS ?? 500);

interface TestLine extends BatchLine {
  readonly id: number;
}

// Mostly two keys, so that subjects meet themselves under both; now and then every kind of key there is.
const keys = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'a',
      'A',
      ' a',
      '1',
      '01',
      '\u0000',
      'a\u0000b',
      '😀',
      'é',
      'e\u0301',
      '__proto__',
      'x'.repeat(2000),
    ),
  },
);
const policies: fc.Arbitrary<Policy> = fc.record({
  maxLines: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.integer({ min: 20, max: 120 }),
  maxAgeMs: fc.constantFrom(1, 10, 100),
  envelopeBytes: fc.integer({ min: 0, max: 10 }),
  separatorBytes: fc.integer({ min: 0, max: 2 }),
});
const commands = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        key: keys,
        bytes: fc.integer({ min: 0, max: 60 }),
        subject: fc.option(fc.constantFrom('s', 't', 'u'), { nil: undefined }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('time' as const), by: fc.integer({ min: -50, max: 120 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('due' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('budget' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reconfigure' as const), policy: policies }) },
  ),
  { maxLength: 120 },
);

test('every invariant holds after every step', () => {
  fc.assert(
    fc.property(policies, commands, (first, steps) => {
      const model = new Model(first);
      for (const step of steps) model.run(step);
      model.run({ do: 'drain' });
      model.end();
    }),
    { numRuns: RUNS },
  );
});

type Step =
  | { do: 'add'; key: string; bytes: number; subject: string | undefined }
  | { do: 'time'; by: number }
  | { do: 'due' | 'drain' | 'budget' }
  | { do: 'settle'; which: number }
  | { do: 'reconfigure'; policy: Policy };

class Model {
  readonly #batcher: Batcher<TestLine>;
  #policy: Policy;
  #now = 1000;
  #latest = Number.NEGATIVE_INFINITY;
  #nextId = 0;
  readonly #accepted: TestLine[] = [];
  readonly #addedAt = new Map<number, number>();
  readonly #sealed: Batch<TestLine>[] = [];
  readonly #batchOf = new Map<number, Batch<TestLine>>();

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#batcher = new Batcher({ policy });
  }

  run(step: Step): void {
    switch (step.do) {
      case 'time':
        this.#now += step.by;
        break;
      case 'add':
        this.#add(step);
        break;
      case 'due':
        this.#latest = Math.max(this.#latest, this.#now);
        this.#take(this.#batcher.due(this.#now), ['age']);
        // I4: nothing open has reached its age.
        expect(this.#batcher.nextDueAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(this.#latest);
        break;
      case 'drain':
        this.#take(this.#batcher.drain(), ['drain']);
        expect(this.#batcher.openLines).toBe(0);
        break;
      case 'budget': {
        const oldest = this.#batcher.oldestOpenedAt;
        const batch = this.#batcher.sealOldest();
        expect(batch?.openedAt).toBe(oldest);
        if (batch !== undefined) this.#take([batch], ['budget']);
        break;
      }
      case 'settle': {
        const batch = this.#sealed[step.which];
        if (batch !== undefined) this.#batcher.settle(batch);
        break;
      }
      case 'reconfigure':
        this.#policy = step.policy;
        this.#take(this.#batcher.reconfigure(step.policy), ['reconfigured']);
        break;
    }
    this.#counts();
  }

  /** I2: every accepted line is in exactly one batch, in order within its key. */
  end(): void {
    const byKey = (lines: readonly TestLine[]) => {
      const ids: Record<string, number[]> = Object.create(null);
      for (const { key, id } of lines) {
        ids[key] ??= [];
        ids[key].push(id);
      }
      return ids;
    };
    expect(byKey(this.#sealed.flatMap(({ lines }) => lines))).toEqual(byKey(this.#accepted));
  }

  #add({ key, bytes, subject }: { key: string; bytes: number; subject: string | undefined }): void {
    const line = { key, bytes, subject, id: this.#nextId++ };
    const before = this.#snapshot();
    // A group that is open already keeps the policy it has until `reconfigure`.
    const policy = this.#batcher.peek(key)?.policy ?? this.#policy;
    if (bytes + (policy.envelopeBytes ?? 0) > policy.maxBytes) {
      expect(this.#batcher.fault(line)?.code).toBe('LINE_TOO_LARGE');
      expect(() => this.#batcher.add(line, this.#now)).toThrow(expect.objectContaining({ code: 'LINE_TOO_LARGE' }));
      expect(this.#snapshot()).toEqual(before);
      return;
    }
    // I6: the unsettled batch that holds the subject's last line, if it has another key.
    const last = this.#accepted.findLast((other) => subject !== undefined && other.subject === subject);
    const sealedBefore = last === undefined ? undefined : this.#batchOf.get(last.id);
    this.#latest = Math.max(this.#latest, this.#now);
    const sealed = this.#batcher.add(line, this.#now);
    this.#accepted.push(line);
    this.#addedAt.set(line.id, this.#latest);
    this.#take(sealed, ['order', 'bytes', 'lines']);
    if (last !== undefined && last.key !== key && sealedBefore?.settled !== true) {
      const older = this.#batchOf.get(last.id);
      const own = this.#batchOf.get(line.id) ?? this.#batcher.peek(key);
      expect(older?.reason).toBeDefined();
      expect(older !== undefined && own?.after?.has(older)).toBe(true);
    }
  }

  #take(batches: readonly Batch<TestLine>[], reasons: readonly string[]): void {
    for (const batch of batches) {
      const { policy } = batch;
      expect(reasons).toContain(batch.reason);
      // I3: within the limits, but for one line alone that an older, wider policy let in.
      const size = batch.lines.reduce((sum, line) => sum + line.bytes, 0);
      expect(batch.bytes).toBe(
        (policy.envelopeBytes ?? 0) + size + (batch.lines.length - 1) * (policy.separatorBytes ?? 0),
      );
      expect(batch.lines.length).toBeGreaterThan(0);
      expect(batch.lines.length).toBeLessThanOrEqual(policy.maxLines);
      if (batch.reason !== 'reconfigured' || batch.lines.length > 1)
        expect(batch.bytes).toBeLessThanOrEqual(policy.maxBytes);
      expect(batch.lines.every(({ key }) => key === batch.key)).toBe(true);
      // I5, I7: sealing numbers the batches; waiting looks back only.
      expect(batch.sequence).toBe((this.#sealed.at(-1)?.sequence ?? 0) + 1);
      for (const older of batch.after ?? []) {
        expect(older.sequence).toBeGreaterThan(0);
        expect(older.sequence).toBeLessThan(batch.sequence);
        expect(older.key).not.toBe(batch.key);
      }
      this.#sealed.push(batch);
      for (const line of batch.lines) {
        expect(this.#batchOf.has(line.id)).toBe(false);
        this.#batchOf.set(line.id, batch);
      }
      // I4: age counts from the first line (a group's, when it was cut).
      expect(batch.openedAt).toBeLessThanOrEqual(this.#addedAt.get(batch.lines[0]?.id ?? -1) ?? 0);
      if (batch.reason === 'age') expect(batch.openedAt + policy.maxAgeMs).toBeLessThanOrEqual(this.#latest);
      if (batch.reason === 'lines') expect(batch.lines.length).toBe(policy.maxLines);
    }
  }

  #counts(): void {
    const open = this.#accepted.filter(({ id }) => !this.#batchOf.has(id));
    expect(this.#batcher.openLines).toBe(open.length);
    // I1: one open group a key, none for an idle one.
    const openKeys = new Set(open.map(({ key }) => key));
    expect(this.#batcher.openKeys).toBe(openKeys.size);
    let bytes = 0;
    for (const key of openKeys) bytes += this.#batcher.peek(key)?.bytes ?? Number.NaN;
    expect(this.#batcher.openBytes).toBe(bytes);
  }

  #snapshot(): unknown {
    const { openKeys, openLines, openBytes, nextDueAt, oldestOpenedAt } = this.#batcher;
    return { openKeys, openLines, openBytes, nextDueAt, oldestOpenedAt };
  }
}
