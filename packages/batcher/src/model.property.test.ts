/**
 * The order rule under everything that can happen around it: batches that arrive, die, are replayed or split, restarts, refused lines, full and
 * overfull groups, new policies, changes of the ordering, users who change all the time, causes cut in two, a clock and a window.
 *
 * After every arrival it is checked that no unsettled line of the same subject from an earlier cause is still to come, and at the end that nothing is
 * stuck or held for ever.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Batch, Batcher, type Held, type Ordering, type Policy, type SealReason } from './index.ts';

const RUNS = Number(process.env.BATCHFEED_RUNS ?? 300);
const MAX_AGE = 120;

interface TestLine {
  readonly key: string;
  readonly bytes: number;
  readonly subject: string | undefined;
  readonly cause: number;
  readonly position: number;
  readonly at: number;
  /** Whether only its key orders it, as it came under `GROUPING_KEY` or was set free by a change to that. */
  free: boolean;
  over: boolean;
  /** Lines up to this position were accepted before it was replayed. */
  replayedAt: number | undefined;
  batch: TestBatch | undefined;
}

/** A sealed batch, or a part of one that was split, on its way. */
interface TestBatch {
  batch: Batch<TestLine>;
  lines: readonly TestLine[];
  readonly key: string;
  readonly reason: SealReason;
  readonly openedAt: number;
  readonly express: boolean;
  readonly replay: boolean;
}

class World {
  readonly #random: () => number;
  #policy: Policy = { maxLines: 4, maxBytes: 1_000, maxAgeMs: MAX_AGE };
  #ordering: Ordering = 'USER';
  #batcher = this.#newBatcher();
  readonly #lines: TestLine[] = [];
  readonly #queues = new Map<string, TestBatch[]>();
  readonly #dead: TestBatch[] = [];
  #cause = 0;
  #now = 0;
  readonly trace: string[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  #newBatcher() {
    return new Batcher<TestLine>({ policy: () => this.#policy, ordering: this.#ordering });
  }

  run(steps: number): void {
    const actions: readonly (readonly [weight: number, act: () => void])[] = [
      [45, () => this.#add()],
      [8, () => this.#sealOne()],
      [25, () => this.#deliver()],
      [12, () => this.#pass()],
      [3, () => this.#reconfigure()],
      [4, () => this.#reorder()],
      [6, () => this.#replay()],
      [7, () => this.#restart()],
      [3, () => this.#sealForRoom()],
    ];
    const total = actions.reduce((sum, [weight]) => sum + weight, 0);
    for (let step = 0; step < steps; step += 1) {
      let rest = this.#random() * total;
      const [, act] = actions.find(([weight]) => (rest -= weight) < 0) ?? [0, () => {}];
      act();
    }
    this.#end();
  }

  #add(): void {
    const random = this.#random;
    const subject = random() < 0.8 ? `u${Math.floor(random() * 3)}` : undefined;
    this.#cause += 1;
    const count = random() < 0.1 ? 0 : 1 + Math.floor(random() * 3);
    const lines = Array.from({ length: count }, (): TestLine => {
      const key = `K${Math.floor(random() * 3)}`;
      const bytes = random() < 0.2 ? 700 : 100;
      const free = this.#ordering === 'GROUPING_KEY' && subject !== undefined;
      const position = this.#lines.length;
      const line = { key, bytes, subject, cause: this.#cause, position, at: this.#now, free };
      const added = { ...line, over: false, replayedAt: undefined, batch: undefined };
      this.#lines.push(added);
      return added;
    });
    this.trace.push(
      `c${this.#cause} ${subject ?? '-'} ${lines.map(({ key, bytes }) => key + (bytes > 500 ? '!' : '')).join('+')}`,
    );
    const cut = lines.length > 1 && random() < 0.3 ? 1 + Math.floor(random() * (lines.length - 1)) : lines.length;
    for (const part of [lines.slice(0, cut), lines.slice(cut)]) {
      if (subject === undefined)
        for (const line of part) this.#sealed(this.#batcher.addCause([line], this.#now, this.#cause));
      else this.#sealed(this.#batcher.addCause(part, this.#now, this.#cause));
    }
  }

  #sealed(batches: readonly Batch<TestLine>[]): void {
    for (const batch of batches) {
      const { key, lines, openedAt, express, reason = 'drain', bytes, policy } = batch;
      this.trace.push(`sealed ${nameOf(batch)} ${reason}`);
      if (lines.length === 0 || lines.length > policy.maxLines) throw new Error(`a batch of ${lines.length} lines`);
      if (bytes > policy.maxBytes && lines.length > 1) throw new Error('a batch over its bytes');
      const sealed: TestBatch = { batch, key, lines, openedAt, express, reason, replay: false };
      for (const line of lines) {
        if (line.batch !== undefined || line.over) throw new Error(`c${line.cause} is in two batches`);
        line.batch = sealed;
      }
      this.#queue(key).push(sealed);
    }
  }

  #queue(key: string): TestBatch[] {
    const queue = this.#queues.get(key) ?? [];
    this.#queues.set(key, queue);
    return queue;
  }

  #sealOne(): void {
    const what = Math.floor(this.#random() * 4);
    if (what === 0) this.#sealed(this.#batcher.drain());
    else if (what === 1) this.#sealed(this.#batcher.sealForHeld());
    else this.#sealed(this.#batcher.sealFullest());
  }

  #sealForRoom(): void {
    this.#sealed(this.#batcher.sealExpress());
    this.#sealed(this.#batcher.sealFullest(this.#now));
  }

  #pass(): void {
    this.#now += 1 + Math.floor(this.#random() * 60);
    this.trace.push(`time ${this.#now}`);
    const due = this.#batcher.nextDueAt;
    this.#sealed(this.#batcher.due(this.#now));
    if (due !== undefined && due > this.#now && this.#batcher.nextDueAt === undefined)
      throw new Error('what was due is lost');
    const next = this.#batcher.nextDueAt;
    if (next !== undefined && next <= this.#now)
      throw new Error(`something is due at ${next} and was not sealed at ${this.#now}`);
  }

  #reconfigure(): void {
    this.#policy = { ...this.#policy, maxLines: 1 + Math.floor(this.#random() * 4) };
    this.trace.push(`max ${this.#policy.maxLines}`);
    this.#sealed(this.#batcher.reconfigure());
  }

  #reorder(): void {
    this.#ordering = this.#ordering === 'USER' ? 'GROUPING_KEY' : 'USER';
    this.trace.push(this.#ordering);
    if (this.#ordering === 'GROUPING_KEY') {
      for (const { line } of this.#batcher.held() as Iterable<Held<TestLine>>) line.free = true;
    }
    this.#sealed(this.#batcher.reorder(this.#ordering));
  }

  /** One batch that may be sent arrives, dies or is split. */
  #deliver(): boolean {
    const ready = [...this.#queues.values()].flatMap(([first]) => (first?.batch.blocked === false ? [first] : []));
    const one = ready[Math.floor(this.#random() * ready.length)];
    if (one === undefined) return false;
    const queue = this.#queue(one.key);
    const luck = this.#random();
    if (luck < 0.15 && one.lines.length > 1) {
      const middle = one.lines.length >> 1;
      const parts = [one.lines.slice(0, middle), one.lines.slice(middle)].map((lines) => ({ ...one, lines }));
      for (const part of parts) for (const line of part.lines) line.batch = part;
      queue.splice(0, 1, ...parts);
      this.trace.push(`split ${nameOf(one)}`);
      return true;
    }
    queue.shift();
    for (const line of one.lines) {
      line.over = true;
      line.batch = undefined;
    }
    const isDead = luck < 0.3 && !one.replay;
    this.trace.push(`${isDead ? 'dead' : 'arrives'} ${nameOf(one)}${one.replay ? ' (replay)' : ''}`);
    if (isDead) this.#dead.push(one);
    else if (!one.replay) for (const line of one.lines) this.#mustBeInOrder(line, one);
    const isLast = !queue.some(({ batch }) => batch === one.batch);
    if (isLast) {
      for (const freed of this.#batcher.settle(one.batch)) if (freed.blocked) throw new Error('freed, and blocked');
    }
    return true;
  }

  #mustBeInOrder(line: TestLine, batch: TestBatch): void {
    for (const other of this.#lines) {
      if (other.over || batch.lines.includes(other)) continue;
      const isBefore =
        other.replayedAt === undefined
          ? other.cause < line.cause
          : other.replayedAt < line.position && other.cause < line.cause;
      if (!isBefore) continue;
      if (line.subject === undefined) {
        if (other.subject === undefined && other.key === line.key && other.replayedAt === undefined)
          this.#inverted(line, other);
      } else if (other.subject === line.subject) {
        if (line.free && !(other.key === line.key && other.replayedAt === undefined)) continue;
        this.#inverted(line, other);
      }
    }
  }

  #inverted(line: TestLine, other: TestLine): never {
    throw new Error(`c${line.cause} (${line.key}) of ${line.subject} arrives before c${other.cause} (${other.key})`);
  }

  #replay(): void {
    const one = this.#dead.pop();
    if (one === undefined) return;
    this.trace.push(`replay ${nameOf(one)}`);
    const bytes = one.lines.reduce((sum, line) => sum + line.bytes, 0);
    const batch = this.#batcher.replay({ key: one.key, lines: one.lines, bytes, openedAt: one.openedAt });
    const again: TestBatch = { ...one, batch, lines: one.lines, replay: true };
    for (const line of one.lines) {
      line.over = false;
      line.replayedAt = this.#lines.length - 1;
      line.batch = again;
    }
    this.#queue(one.key).push(again);
  }

  /** Everything in memory is lost; what was sealed, and the lines, are on disk. */
  #restart(): void {
    this.trace.push('restart');
    this.#batcher = this.#newBatcher();
    const sealed = [...this.#queues.values()].flat();
    const order = new Map(sealed.map((one, index) => [one, [one.batch.sequence, index] as const]));
    sealed.sort((one, other) => {
      const [a, i] = order.get(one) ?? [0, 0];
      const [b, j] = order.get(other) ?? [0, 0];
      return a - b || i - j;
    });
    for (const one of sealed) {
      const bytes = one.lines.reduce((sum, line) => sum + line.bytes, 0);
      const given = { key: one.key, openedAt: one.openedAt, bytes, reason: one.reason, express: one.express };
      one.batch = one.replay
        ? this.#batcher.restoreReplay({ ...given, lines: one.lines })
        : this.#batcher.restore(given);
    }
    for (let from = 0; from < this.#lines.length; ) {
      const first = this.#lines[from] as TestLine;
      let to = from + 1;
      while (this.#lines[to]?.cause === first.cause && first.subject !== undefined) to += 1;
      const lines = this.#lines.slice(from, to).filter(({ over, replayedAt }) => !over && replayedAt === undefined);
      for (const line of lines) {
        if (line.batch === undefined) line.free = this.#ordering === 'GROUPING_KEY' && line.subject !== undefined;
      }
      const batches = lines.map(({ batch }) => batch?.batch);
      if (lines.length > 0) this.#sealed(this.#batcher.restoreCause(lines, batches, first.at, first.cause));
      from = to;
    }
    this.#sealed(this.#batcher.due(this.#now));
  }

  #end(): void {
    this.#sealed(this.#batcher.drain());
    while (this.#deliver());
    if ([...this.#queues.values()].some(({ length }) => length > 0)) throw new Error('stuck');
    if (this.#batcher.heldLines + this.#batcher.openLines !== 0) throw new Error('held for ever');
    const lost = this.#lines.find(({ over }) => !over);
    if (lost !== undefined) throw new Error(`c${lost.cause} is nowhere`);
  }
}

function nameOf({ key, lines }: { readonly key: string; readonly lines: readonly TestLine[] }): string {
  return `${key}[${lines.map(({ cause }) => `c${cause}`).join()}]`;
}

/** A small generator of numbers from 0 to below 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

it('inverts nothing, sticks nowhere and holds nothing for ever, whatever comes', { timeout: 3_600_000 }, () => {
  let shortest: string | undefined;
  let faults = 0;
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const world = new World(seeded(seed));
    try {
      world.run(4 + (seed % 40));
    } catch (error) {
      faults += 1;
      const told = `seed ${seed}: ${(error as Error).message}\n${world.trace.join(' · ')}`;
      if (shortest === undefined || told.length < shortest.length) shortest = told;
    }
  }
  expect(faults === 0 ? '' : `${faults} of ${RUNS} runs\n${shortest}`).toBe('');
});
