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
const policy: fc.Arbitrary<Policy> = fc.record({
  maxLines: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.integer({ min: 20, max: 120 }),
  maxAgeMs: fc.constantFrom(1, 10, 100),
  envelopeBytes: fc.integer({ min: 0, max: 10 }),
  separatorBytes: fc.integer({ min: 0, max: 2 }),
});
/** Key `b` is of a class of its own. */
const policies = fc.record({ common: policy, b: policy });
type Policies = { readonly common: Policy; readonly b: Policy };

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
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reconfigure' as const), policies }) },
  ),
  // Without a size fast-check stops at some ten steps, whatever the longest may be.
  { maxLength: 120, size: 'max' },
);

test('every invariant holds after every step', { timeout: 600_000 }, () => {
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
  | { do: 'reconfigure'; policies: Policies };

class Model {
  readonly #batcher: Batcher<TestLine>;
  #policies: Policies;
  #now = 1000;
  #latest = Number.NEGATIVE_INFINITY;
  #nextId = 0;
  readonly #accepted: TestLine[] = [];
  readonly #addedAt = new Map<number, number>();
  readonly #sealed: Batch<TestLine>[] = [];
  readonly #batchOf = new Map<number, Batch<TestLine>>();

  constructor(policies: Policies) {
    this.#policies = policies;
    this.#batcher = new Batcher({ policy: (key) => this.#policyOf(key) });
  }

  #policyOf(key: string): Policy {
    return key === 'b' ? this.#policies.b : this.#policies.common;
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
        const oldest = this.#openGroups().toSorted((one, other) => one.openedAt - other.openedAt)[0];
        const batch = this.#batcher.sealOldest();
        expect(batch?.openedAt).toBe(oldest?.openedAt);
        if (batch !== undefined) this.#take([batch], ['budget']);
        break;
      }
      case 'settle': {
        const batch = this.#sealed[step.which];
        if (batch !== undefined) {
          this.#batcher.settle(batch);
          expect(batch.settled).toBe(true);
        }
        break;
      }
      case 'reconfigure':
        this.#policies = step.policies;
        this.#reconfigured(this.#batcher.reconfigure());
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
    const policy = this.#policyOf(key);
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

  /** What is cut is cut as late as the limits allow, and only what is over one of them. */
  #reconfigured(pieces: readonly Batch<TestLine>[]): void {
    pieces.forEach(({ key, policy, lines, bytes }, index) => {
      const next = pieces[index + 1];
      const alone = next?.key !== key && pieces[index - 1]?.key !== key;
      if (alone) expect(lines.length === policy.maxLines || bytes > policy.maxBytes).toBe(true);
      if (next?.key !== key) return;
      const more = bytes + (policy.separatorBytes ?? 0) + (next.lines[0]?.bytes ?? 0);
      expect(lines.length === policy.maxLines || more > policy.maxBytes).toBe(true);
    });
    this.#take(pieces, ['reconfigured']);
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
      // I4, I8: age counts from the first line (of the whole group, when it was cut), in time that never runs backwards.
      const addedAt = this.#addedAt.get(batch.lines[0]?.id ?? -1) ?? 0;
      if (batch.reason === 'reconfigured') expect(batch.openedAt).toBeLessThanOrEqual(addedAt);
      else expect(batch.openedAt).toBe(addedAt);
      if (batch.reason === 'age') expect(batch.openedAt + policy.maxAgeMs).toBeLessThanOrEqual(this.#latest);
      if (batch.reason === 'lines') expect(batch.lines.length).toBe(policy.maxLines);
    }
  }

  #counts(): void {
    const groups = this.#openGroups();
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    const first = (times: readonly number[]) => (times.length === 0 ? undefined : Math.min(...times));
    // I1: one open group a key, none for an idle one.
    expect(this.#snapshot()).toEqual({
      openKeys: groups.length,
      openLines: sum(groups.map(({ lines }) => lines.length)),
      openBytes: sum(groups.map(({ bytes }) => bytes)),
      nextDueAt: first(groups.map(({ openedAt, policy }) => openedAt + policy.maxAgeMs)),
      oldestOpenedAt: first(groups.map(({ openedAt }) => openedAt)),
    });
    for (const { key, lines, bytes, policy, openedAt } of groups) {
      const open = this.#batcher.peek(key);
      expect([open?.lines.length, open?.bytes, open?.openedAt]).toEqual([lines.length, bytes, openedAt]);
      expect(open?.policy).toBe(policy);
    }
  }

  /** The open groups as they follow from what was accepted and what was sealed. */
  #openGroups() {
    const byKey = new Map<string, TestLine[]>();
    for (const line of this.#accepted) {
      if (this.#batchOf.has(line.id)) continue;
      const lines = byKey.get(line.key);
      if (lines === undefined) byKey.set(line.key, [line]);
      else lines.push(line);
    }
    return [...byKey].map(([key, lines]) => {
      const policy = this.#policyOf(key);
      const { envelopeBytes = 0, separatorBytes = 0 } = policy;
      const bytes = lines.reduce(
        (size, line) => size + line.bytes,
        envelopeBytes + (lines.length - 1) * separatorBytes,
      );
      return { key, lines, policy, bytes, openedAt: this.#addedAt.get(lines[0]?.id ?? -1) ?? Number.NaN };
    });
  }

  #snapshot(): unknown {
    const { openKeys, openLines, openBytes, nextDueAt, oldestOpenedAt } = this.#batcher;
    return { openKeys, openLines, openBytes, nextDueAt, oldestOpenedAt };
  }
}
