/**
 * All that can happen around a batcher, in an order that a tape decides: lines come, batches arrive,
 * die, are replayed, split or discarded, the process restarts, policies and the ordering change, time
 * passes, a window is full. Every method that a state machine would call a transition checks what must
 * hold. Anything that does not hold throws.
 */
import { type Batch, Batcher, type Ordering, type Policy, type RestoredBatch } from '../index.ts';
import { type ModelBatch, type ModelLine, nameOf, overtakenBy } from './model-line.ts';
import { Sealings } from './sealings.ts';
import type { Tape } from './tape.ts';

const KEYS = ['K0', 'K1', 'K2'] as const;
const SUBJECTS = ['u0', 'u1', 'u2', 'u3'] as const;

export class World {
  readonly #tape: Tape;
  /** Key K0 has a policy of its own. */
  #policies: readonly [Policy, Policy];
  #ordering: Ordering = 'USER';
  #batcher: Batcher<ModelLine>;
  readonly #lines: ModelLine[] = [];
  /** Sealed batches by key, in the order in which they are sent. */
  readonly #queues = new Map<string, ModelBatch[]>(KEYS.map((key) => [key, []]));
  readonly #dead: ModelBatch[] = [];
  #sealings = new Sealings();
  #cause = 0;
  #now = 1000;
  /** Acceptance of the latest line: behind the present while a backlog is read. */
  #acceptedAt = 1000;
  readonly trace: string[] = [];

  constructor(tape: Tape) {
    this.#tape = tape;
    this.#policies = [this.#drawPolicy(), this.#drawPolicy()];
    this.#batcher = this.#newBatcher();
  }

  #drawPolicy(): Policy {
    const tape = this.#tape;
    return {
      maxLines: 4 - tape.below(4),
      maxBytes: [1000, 800, 2000, 300][tape.below(4)] ?? 1000,
      maxAgeMs: [120, 40][tape.below(2)] ?? 120,
      envelopeBytes: tape.below(2) * 10,
      separatorBytes: tape.below(2),
    };
  }

  #newBatcher(): Batcher<ModelLine> {
    return new Batcher({ policy: (key) => this.#policies[key === 'K0' ? 0 : 1], ordering: this.#ordering });
  }

  /** Runs to the end of the tape, and then until nothing is left. */
  run(): void {
    const actions: readonly (readonly [weight: number, act: () => void])[] = [
      [42, () => this.#add()],
      [14, () => this.#send()],
      [14, () => this.#finish()],
      [12, () => this.#pass()],
      [7, () => this.#restart()],
      [6, () => this.#replay()],
      [8, () => this.#sealSome()],
      [4, () => this.#reorder()],
      [3, () => this.#reconfigure()],
      [2, () => this.#discard()],
    ];
    const all = actions.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));
    while (!this.#tape.isAtEnd) {
      this.#tape.pick(all)?.();
      this.#checkPlaces();
    }
    this.#end();
  }

  // ── lines come ────────────────────────────────────────────────────────────────────────────────

  #add(): void {
    const tape = this.#tape;
    const subject = tape.chance(20) ? undefined : tape.pick(SUBJECTS);
    this.#cause += 1;
    this.#acceptedAt += tape.chance(30) ? tape.below(this.#now - this.#acceptedAt + 1) : this.#now - this.#acceptedAt;
    const cause = Array.from({ length: 1 + tape.below(3) }, () => this.#newLine(subject));
    const fit = cause.filter((line) => this.#batcher.fault(line) === undefined);
    this.trace.push(`c${this.#cause} ${subject ?? '-'} ${cause.map(({ key, bytes }) => `${key}/${bytes}`).join()}`);
    if (fit.length < cause.length) this.#mustRefuse(cause);
    for (const line of fit) this.#lines.push({ ...line, position: this.#lines.length });
    const added = this.#lines.slice(this.#lines.length - fit.length);
    const cut = tape.chance(30) ? tape.below(added.length + 1) : added.length;
    for (const part of [added.slice(0, cut), added.slice(cut)]) this.#take(part);
  }

  #newLine(subject: string | undefined): ModelLine {
    const key = this.#tape.pick(KEYS) ?? 'K0';
    const bytes = this.#tape.chance(20) ? 700 : 100;
    const free = this.#ordering === 'GROUPING_KEY' && subject !== undefined;
    const line = { key, bytes, subject, cause: this.#cause, position: -1, at: this.#acceptedAt, free };
    return { ...line, over: false, replayedAt: undefined, sealedIn: undefined, wasHeld: false };
  }

  #take(part: readonly ModelLine[]): void {
    const [first] = part;
    if (first !== undefined && part.length === 1 && !this.#hasParts(first))
      this.#seal(this.#batcher.add(first, first.at));
    else this.#seal(this.#batcher.addCause(part, this.#acceptedAt, this.#cause));
  }

  #hasParts({ cause }: ModelLine): boolean {
    return this.#lines.filter((line) => line.cause === cause).length > 1;
  }

  #mustRefuse(cause: readonly ModelLine[]): void {
    const before = this.#sight();
    let isRefused = false;
    try {
      this.#batcher.addCause(cause, this.#acceptedAt, this.#cause);
    } catch {
      isRefused = true;
    }
    must(isRefused, 'a line that fits no batch was taken');
    must(this.#sight() === before, 'a refused cause has changed something');
  }

  #sight(): string {
    const { openKeys, openLines, openBytes, heldLines, nextDueAt, oldestAt } = this.#batcher;
    return JSON.stringify({ openKeys, openLines, openBytes, heldLines, nextDueAt, oldestAt });
  }

  // ── groups are sealed ─────────────────────────────────────────────────────────────────────────

  #seal(batches: readonly Batch<ModelLine>[], byTime = false): void {
    for (const batch of batches) {
      this.trace.push(`sealed ${nameOf(batch)} ${batch.reason}`);
      this.#sealings.check(batch, byTime ? this.#now : undefined);
      const isPaced = byTime && batch.reason === 'express';
      must(!isPaced || this.#queueOf(batch.key).length === 0, 'sealed by express behind an unsettled batch of its key');
      const sealed: ModelBatch = { batch, lines: [...batch.lines], isReplay: false, inFlight: false };
      for (const line of batch.lines) {
        must(line.sealedIn === undefined && !line.over, `c${line.cause} is in two batches`);
        line.sealedIn = sealed;
      }
      this.#queueOf(batch.key).push(sealed);
    }
  }

  #queueOf(key: string): ModelBatch[] {
    return this.#queues.get(key) ?? [];
  }

  #queued(): ModelBatch[] {
    return [...this.#queues.values()].flat();
  }

  #sealSome(): void {
    const batcher = this.#batcher;
    const first = [...batcher.held()].sort((one, other) => one.at - other.at)[0];
    const calls = [
      () => batcher.sealFullest(),
      () => batcher.sealForHeld(),
      () => batcher.sealExpress(),
      () => batcher.sealFullest(this.#now),
      () => batcher.drain(),
    ];
    const index = this.#tape.below(calls.length);
    const sealed = calls[index]?.() ?? [];
    this.#seal(sealed);
    if (index === 1 && first !== undefined) must(sealed[0]?.reason === 'order', 'nothing was sealed for a held line');
  }

  /** Time passes. */
  #pass(): void {
    this.#now += 1 + this.#tape.below(60);
    this.trace.push(`time ${this.#now}`);
    this.#seal(this.#batcher.due(this.#now), true);
    const next = this.#batcher.nextDueAt;
    must(next === undefined || next > this.#now, `something is due at ${next} and was not sealed at ${this.#now}`);
  }

  #reconfigure(): void {
    this.#policies = [this.#drawPolicy(), this.#drawPolicy()];
    this.trace.push(`policies ${this.#policies.map(({ maxLines, maxBytes }) => `${maxLines}/${maxBytes}`).join(' ')}`);
    this.#sealings = new Sealings();
    this.#seal(this.#batcher.reconfigure());
  }

  #reorder(): void {
    this.#ordering = this.#ordering === 'USER' ? 'GROUPING_KEY' : 'USER';
    this.trace.push(this.#ordering);
    const isByKey = this.#ordering === 'GROUPING_KEY';
    if (isByKey) for (const { line } of this.#batcher.held()) line.free = true;
    this.#seal(this.#batcher.reorder(this.#ordering));
    must(!isByKey || this.#batcher.heldLines === 0, 'lines are held without order by subject');
    const express = [...this.#batcher.openGroups()].some((group) => group.express);
    must(!isByKey || !express, 'an express group is open without order by subject');
  }

  // ── batches are sent ──────────────────────────────────────────────────────────────────────────

  /** A batch that may be sent arrives. Tells whether there was one. */
  #send(): boolean {
    const heads = [...this.#queues.values()].flatMap(([first]) => first ?? []);
    const ready = this.#tape.pick(heads.filter(({ batch, inFlight }) => !inFlight && !batch.blocked));
    if (ready === undefined) return false;
    ready.inFlight = true;
    this.trace.push(`arrives ${nameOf(ready)}${ready.isReplay ? ' (replay)' : ''}`);
    if (ready.isReplay) {
      must(!this.#hasEarlierReplay(ready), `a replay arrives before an earlier one: ${nameOf(ready)}`);
      return true;
    }
    for (const line of ready.lines) {
      const other = overtakenBy(line, this.#lines);
      must(other === undefined, `c${line.cause} (${line.key}) arrives before c${other?.cause} (${other?.key})`);
    }
    return true;
  }

  /** Whether a replay about one of its subjects was sealed before a replay, and is unsettled. */
  #hasEarlierReplay({ batch, lines }: ModelBatch): boolean {
    const subjects = new Set(lines.flatMap(({ subject }) => subject ?? []));
    return this.#queued().some(
      (other) =>
        other.isReplay &&
        other.batch.sequence < batch.sequence &&
        other.lines.some(({ subject }) => subject !== undefined && subjects.has(subject)),
    );
  }

  /** A batch that arrived is delivered, dies, or is split. Tells whether there was one. */
  #finish(): boolean {
    const one = this.#tape.pick(this.#queued().filter(({ inFlight }) => inFlight));
    if (one === undefined) return false;
    const luck = this.#tape.below(100);
    if (luck >= 85 && one.lines.length > 1) this.#split(one);
    else {
      if (luck >= 70 && luck < 85 && !one.isReplay) this.#dead.push(one);
      this.trace.push(`over ${nameOf(one)}`);
      this.#settle([one]);
    }
    return true;
  }

  #split(one: ModelBatch): void {
    const middle = one.lines.length >> 1;
    const parts = [one.lines.slice(0, middle), one.lines.slice(middle)].map((lines) => ({
      ...one,
      lines,
      inFlight: false,
    }));
    for (const part of parts) for (const line of part.lines) line.sealedIn = part;
    const queue = this.#queueOf(one.batch.key);
    queue.splice(queue.indexOf(one), 1, ...parts);
    this.trace.push(`split ${nameOf(one)}`);
  }

  /** Parts of a batch are over. The batch is over with the last of them. */
  #settle(parts: readonly ModelBatch[]): void {
    for (const part of parts) {
      const queue = this.#queueOf(part.batch.key);
      queue.splice(queue.indexOf(part), 1);
      for (const line of part.lines) {
        line.over = true;
        line.sealedIn = undefined;
      }
    }
    const batch = parts[0]?.batch;
    if (batch === undefined || this.#queued().some((other) => other.batch === batch)) return;
    const blocked = this.#blocked();
    const freed = this.#batcher.settle(batch);
    const stillBlocked = this.#blocked();
    must(
      sameItems(
        freed,
        blocked.filter((one) => !stillBlocked.includes(one)),
      ),
      'settle did not name what it freed',
    );
    must(this.#batcher.settle(batch).length === 0, 'a batch was settled twice');
  }

  /** Unsettled batches that wait for others, in order of sealing. */
  #blocked(): Batch<ModelLine>[] {
    const batches = new Set(this.#queued().map(({ batch }) => batch));
    return [...batches].filter(({ blocked }) => blocked).sort((one, other) => one.sequence - other.sequence);
  }

  /** A batch that is not in flight is thrown away, whatever it waits for. */
  #discard(): void {
    const one = this.#tape.pick(this.#queued().filter(({ inFlight, isReplay }) => !inFlight && !isReplay));
    const parts = this.#queued().filter(({ batch }) => batch === one?.batch);
    if (one === undefined || parts.some(({ inFlight }) => inFlight)) return;
    this.trace.push(`discarded ${nameOf(one)}`);
    this.#settle(parts);
  }

  #replay(): void {
    const one = this.#dead.pop();
    if (one === undefined) return;
    this.trace.push(`replay ${nameOf(one)}`);
    const { key, openedAt } = one.batch;
    const batch = this.#batcher.replay({ key, lines: one.lines, bytes: 0, openedAt });
    const replay: ModelBatch = { batch, lines: one.lines, isReplay: true, inFlight: false };
    for (const line of one.lines) {
      line.over = false;
      line.replayedAt = this.#lines.length - 1;
      line.sealedIn = replay;
    }
    this.#sealings.sealed(batch);
    this.#queueOf(key).push(replay);
  }

  // ── the process restarts ──────────────────────────────────────────────────────────────────────

  /** All memory is lost. Lines, and which of them were sealed together, are on disk. */
  #restart(): void {
    this.trace.push('restart');
    this.#batcher = this.#newBatcher();
    this.#sealings = new Sealings();
    const sealed = this.#queued().sort((one, other) => one.batch.sequence - other.batch.sequence);
    const restored = new Map<Batch<ModelLine>, Batch<ModelLine>>();
    for (const one of sealed) {
      const again = restored.get(one.batch) ?? this.#restoreBatch(one);
      restored.set(one.batch, again);
      one.batch = again;
      one.inFlight = false;
      this.#sealings.sealed(again);
    }
    for (let from = 0; from < this.#lines.length; ) {
      let to = from + 1;
      while (this.#lines[to]?.cause === this.#lines[from]?.cause) to += 1;
      const lines = this.#lines.slice(from, to).filter(({ over, replayedAt }) => !over && replayedAt === undefined);
      const cut = this.#tape.chance(20) ? this.#tape.below(lines.length + 1) : lines.length;
      for (const part of [lines.slice(0, cut), lines.slice(cut)]) this.#restoreLines(part);
      from = to;
    }
    this.#seal(this.#batcher.due(this.#now), true);
  }

  #restoreBatch({ batch, isReplay }: ModelBatch): Batch<ModelLine> {
    const { key, openedAt, bytes, reason = 'drain', express } = batch;
    const given: RestoredBatch = { key, openedAt, bytes, reason, express };
    if (!isReplay) return this.#batcher.restore(given);
    // A replay that was split comes back whole, with the lines of all its parts.
    const parts = this.#queued().filter((other) => other.batch === batch);
    return this.#batcher.restoreReplay({ ...given, lines: parts.flatMap(({ lines }) => lines) });
  }

  #restoreLines(lines: readonly ModelLine[]): void {
    const [first] = lines;
    if (first === undefined) return;
    const isByKey = this.#ordering === 'GROUPING_KEY' && first.subject !== undefined;
    for (const line of lines) if (line.sealedIn === undefined) line.free = isByKey;
    const fit = lines.filter((line) => line.sealedIn !== undefined || this.#batcher.fault(line) === undefined);
    // A line that was accepted under a wider policy becomes a dead letter of the caller.
    for (const line of lines) if (!fit.includes(line)) line.over = true;
    const batches = fit.map(({ sealedIn }) => sealedIn?.batch);
    this.#seal(this.#batcher.restoreCause(fit, batches, first.at, first.cause));
  }

  // ── what must hold ────────────────────────────────────────────────────────────────────────────

  /** Each line is in one place, and the batcher counts them right. */
  #checkPlaces(): void {
    const batcher = this.#batcher;
    const groups = [...batcher.openGroups()];
    const held = [...batcher.held()].map(({ line }) => line);
    for (const line of held) line.wasHeld = true;
    const open = groups.flatMap(({ lines }) => lines);
    const here = this.#lines.filter(({ over, sealedIn }) => !over && sealedIn === undefined);
    must(sameItems([...open, ...held].sort(byPosition), here), 'an accepted line is not in one place');
    must(batcher.heldLines === held.length, 'held lines are counted wrong');
    must(batcher.openLines === open.length, 'open lines are counted wrong');
    must(batcher.openBytes === groups.reduce((sum, { bytes }) => sum + bytes, 0), 'open bytes are counted wrong');
    must(batcher.openKeys === groups.filter(({ express }) => !express).length, 'open keys are counted wrong');
    must(new Set(groups.map(({ key, express }) => key + express)).size === groups.length, 'a key has two groups');
    const oldest = Math.min(...here.map(({ at }) => at));
    must((batcher.oldestAt ?? Number.POSITIVE_INFINITY) === oldest, `the oldest line is of ${oldest}`);
    for (const { blockers } of batcher.held()) must(blockers.length > 0, 'a line is held for nothing');
    for (const { batch } of this.#queued()) {
      const blockers = batcher.blockers(batch);
      must(batch.blocked === blockers.length > 0, 'a batch is blocked by nothing');
      must(
        blockers.every(({ sequence }) => sequence > 0 && sequence < batch.sequence),
        'a batch waits for a later one',
      );
    }
  }

  /** Everything goes its way to the end. */
  #end(): void {
    this.#seal(this.#batcher.drain());
    while (this.#send() || this.#finish());
    this.#checkPlaces();
    must(this.#queued().length === 0, 'a batch is stuck');
    must(this.#batcher.heldLines + this.#batcher.openLines === 0, 'a line is held for ever');
    must(
      this.#lines.every(({ over }) => over),
      'a line is lost',
    );
  }
}

function byPosition(one: ModelLine, other: ModelLine): number {
  return one.position - other.position;
}

function sameItems<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((item, index) => item === others[index]);
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
