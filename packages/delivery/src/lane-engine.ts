/**
 * One lane at work: lines become groups, groups batches, batches arrive.
 *
 * A line: appended (durable) ─▶ open ─▶ sealed ─▶ in flight ─▶ delivered | dead. Each arrow that must outlive a crash is a write:
 *   append    its entry
 *   seal      the manifest of its batch, durable before the first attempt, so every attempt sends the same lines under the same id
 *   settle    the bits of its batch's positions, the end of the manifest, the counts; with them what it forwards downstream
 *   die       the dead letter with its lines, and then as settle
 * Writes reach the store in the order in which they were made here, so what a crash leaves is a state that existed.
 *
 * A batch leaves the memory as soon as it has arrived, before that is durable: a crash in between sends it again, under its id,
 * and everything sent after it too, so the last word at the other side stays the last word.
 */
import type { Batch } from '@batchfeed/batcher';
import { Alarm } from './alarm.ts';
import { type Budget, LINE_OVERHEAD_BYTES } from './budget.ts';
import { deadRef } from './dead-letters.ts';
import { DestinationState } from './destination.ts';
import type { Journal, JournalLane, Part } from './journal.ts';
import { addTallies } from './ledger.ts';
import { encodeEntry, type HeldLine } from './line.ts';
import type { Settings } from './options.ts';
import type { Delivered, Outcome, Rejected, Retry } from './outcome.ts';
import { contentsOf, type DeadRecord, encodeManifest, linesOf, numbered, PREFIX } from './records.ts';
import { backoffMs, honouredDelayMs } from './retry.ts';
import { SettledPositions } from './settled-positions.ts';
import { outgoing, type Shipment } from './shipment.ts';
import type { Lane } from './store.ts';

/** What the lanes of one engine share. */
export interface LaneContext {
  readonly storeId: string;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly budget: Budget;
  readonly abort: AbortSignal;
  /** Seals early while memory is short. */
  readonly relieve: () => void;
  /** Called when a line ended or a send stopped: somebody may wait for that. */
  readonly progressed: () => void;
}

export class LaneEngine implements JournalLane {
  readonly lane: Lane;
  readonly context: LaneContext;
  readonly destinations = new Map<string, DestinationState>();
  readonly positions: SettledPositions;
  /** Number of the next batch to be sealed, and of the next dead letter. */
  nextBatch = 1;
  nextDead = 1;
  inFlight = 0;
  /** Attempts made before a restart, by batch id; only while the lane is being recovered. */
  readonly earlierTries = new Map<string, readonly [attempts: number, failures: number]>();
  /** Nothing is sent before the whole lane is read. */
  #sending = false;
  readonly #alarm: Alarm;
  readonly #shipments = new Map<Batch<HeldLine>, Shipment>();
  readonly #dirtyTallies = new Set<DestinationState>();

  constructor(lane: Lane, context: LaneContext) {
    this.lane = lane;
    this.context = context;
    this.positions = new SettledPositions(lane.lowWater);
    this.#alarm = new Alarm(context.settings.clock);
  }

  destination(name: string): DestinationState {
    let destination = this.destinations.get(name);
    if (destination === undefined) {
      destination = new DestinationState(name, (key) => this.context.settings.policyOf(name, key));
      this.destinations.set(name, destination);
    }
    return destination;
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Puts a line into the next write. Its memory is taken from the budget already. */
  append(destination: DestinationState, line: HeldLine): void {
    const part = this.context.journal.part(this);
    part.lines.push(line);
    part.entries.push(encodeEntry(destination.name, line));
    part.destinations.push(destination);
    destination.unadmitted += 1;
    destination.tally.accepted += 1;
    this.#dirtyTallies.add(destination);
  }

  beforeWrite(part: Part): void {
    const { put, lowWater } = this.positions.takeChanges();
    for (const [key, value] of put) part.put.set(key, value);
    part.lowWater = lowWater;
    for (const destination of this.#dirtyTallies) {
      part.put.set(PREFIX.tally + destination.name, JSON.stringify(destination.tally));
    }
    this.#dirtyTallies.clear();
  }

  afterWrite(part: Part): void {
    if (part.lines.length === 0) return;
    const touched = new Set<DestinationState>();
    part.lines.forEach((line, index) => {
      const destination = part.destinations[index] as DestinationState;
      destination.unadmitted -= 1;
      this.admit(destination, line);
      touched.add(destination);
    });
    for (const destination of touched) this.settleIn(destination);
    this.context.relieve();
  }

  /** Puts a durable line into its group. */
  admit(destination: DestinationState, line: HeldLine): void {
    try {
      this.seal(destination, destination.batcher.add(line, line.acceptedAt));
    } catch (error) {
      // Only a policy that narrowed since the line was accepted gets here; the line must end in a state all the same.
      this.#buryLine(destination, line, (error as Error).message);
    }
  }

  /** After lines came in: early seals for memory's sake, the next age alarm, the next sends. */
  settleIn(destination: DestinationState): void {
    const { batcher } = destination;
    while (batcher.openKeys > this.context.settings.maxOpenKeys) this.#sealOldest(destination);
    this.#setAgeAlarm(destination);
    this.pump(destination);
  }

  /** Seals the oldest open group of the lane; false when nothing is open. */
  relieve(): boolean {
    let oldest: DestinationState | undefined;
    for (const destination of this.destinations.values()) {
      const openedAt = destination.batcher.oldestOpenedAt;
      if (openedAt !== undefined && openedAt < (oldest?.batcher.oldestOpenedAt ?? Number.POSITIVE_INFINITY))
        oldest = destination;
    }
    if (oldest !== undefined) this.#sealOldest(oldest);
    return oldest !== undefined;
  }

  get openBytes(): number {
    let bytes = 0;
    for (const { batcher } of this.destinations.values())
      bytes += batcher.openBytes + batcher.openLines * LINE_OVERHEAD_BYTES;
    return bytes;
  }

  // ── seal ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Sends batches on their way. They are sent once their manifests are durable. */
  seal(destination: DestinationState, batches: readonly Batch<HeldLine>[]): void {
    for (const batch of batches) {
      const shipment = this.#shipmentOf(destination, batch);
      const after = this.#waitFor(shipment, batch);
      addTallies(destination.tally.batches.sealed as Record<string, number>, { [shipment.reason]: 1 });
      this.#dirtyTallies.add(destination);
      if (!this.context.settings.unit) {
        shipment.waits += 1;
        const part = this.context.journal.part(this);
        part.put.set(numbered(PREFIX.batch, shipment.number), encodeManifest(shipment, after));
        part.callbacks.push(() => {
          shipment.waits -= 1;
          destination.consider(shipment);
          this.pump(destination);
        });
      }
      destination.enqueue(shipment);
      if (!this.context.settings.unit) this.#tellSealed(shipment);
    }
  }

  /** A batch found in the store at start: sealed then, sent now. */
  restore(shipment: Shipment): void {
    if (shipment.batch !== undefined) {
      this.#shipments.set(shipment.batch, shipment);
      this.#waitFor(shipment, shipment.batch);
    }
    shipment.destination.enqueue(shipment);
  }

  /** Seals everything open of a destination. */
  drain(destination: DestinationState): void {
    this.seal(destination, destination.batcher.drain());
    this.pump(destination);
  }

  /** Has the destination's policies asked for again. */
  reconfigure(destination: DestinationState): void {
    this.seal(destination, destination.batcher.reconfigure());
    this.#setAgeAlarm(destination);
    this.pump(destination);
  }

  batchId(firstPosition: number): string {
    return `${this.context.storeId}-${this.lane.log}-${this.lane.lane}-${firstPosition}`;
  }

  #sealOldest(destination: DestinationState): void {
    const batch = destination.batcher.sealOldest();
    if (batch === undefined) return;
    this.seal(destination, [batch]);
    this.pump(destination);
  }

  #shipmentOf(destination: DestinationState, batch: Batch<HeldLine>): Shipment {
    const id = this.batchId((batch.lines[0] as HeldLine).position);
    const [attempts, failures] = this.earlierTries.get(id) ?? [0, 0];
    const shipment: Shipment = {
      id,
      number: this.nextBatch,
      destination,
      key: batch.key,
      lines: batch.lines,
      bytes: batch.bytes,
      reason: batch.reason ?? 'drain',
      openedAt: batch.openedAt,
      sealedAt: this.context.settings.clock.now(),
      batch,
      stored: this.context.settings.unit ? 'entries' : 'manifest',
      replays: 0,
      attempts,
      failures,
      waits: 0,
      blocks: [],
      next: undefined,
      state: 'waiting',
    };
    this.nextBatch += 1;
    this.#shipments.set(batch, shipment);
    return shipment;
  }

  /** Makes a batch wait for the older ones it must not overtake; returns their numbers. */
  #waitFor(shipment: Shipment, batch: Batch<HeldLine>): number[] {
    const after: number[] = [];
    for (const older of batch.after ?? []) {
      const blocker = this.#shipments.get(older);
      if (blocker === undefined) continue;
      blocker.blocks.push(shipment);
      shipment.waits += 1;
      after.push(blocker.number);
    }
    return after;
  }

  #tellSealed({ id, destination, reason, lines, bytes, openedAt, sealedAt }: Shipment): void {
    const ageMs = sealedAt - openedAt;
    this.context.settings.emit({
      type: 'sealed',
      destination: destination.name,
      batch: id,
      reason,
      lines: lines.length,
      bytes,
      ageMs,
    });
  }

  #setAgeAlarm(destination: DestinationState): void {
    const due = destination.batcher.nextDueAt;
    if (due === undefined || due >= destination.ageAlarm) return;
    destination.ageAlarm = due;
    this.#alarm.at(due, () => {
      destination.ageAlarm = Number.POSITIVE_INFINITY;
      this.seal(destination, destination.batcher.due(this.context.settings.clock.now()));
      this.#setAgeAlarm(destination);
      this.pump(destination);
    });
  }

  // ── send ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Starts what may be started. */
  pump(destination: DestinationState): void {
    const { settings } = this.context;
    if (destination.ready.size === 0 || destination.paused || !this.#sending) return;
    if (destination.gateUntil > settings.clock.now()) return;
    const limit = settings.concurrencyOf(destination.name);
    while (destination.inFlight < limit && destination.ready.size > 0 && settings.downstream?.hasRoom !== false) {
      void this.#attempt(destination.ready.shift() as Shipment);
    }
  }

  pumpAll(): void {
    for (const destination of this.destinations.values()) this.pump(destination);
  }

  async #attempt(shipment: Shipment): Promise<void> {
    const { destination } = shipment;
    const { clock, send } = this.context.settings;
    destination.started(shipment);
    this.inFlight += 1;
    shipment.attempts += 1;
    const startedAt = clock.now();
    let outcome: Outcome;
    try {
      outcome = await send(outgoing(shipment), { signal: this.context.abort });
    } catch (error) {
      outcome = { kind: 'retry', reason: error instanceof Error ? error.message : 'The sender failed.' };
    }
    this.context.journal.together(() => this.#settle(shipment, outcome, clock.now() - startedAt));
    this.context.progressed();
  }

  /** Draws the consequences of an attempt. */
  #settle(shipment: Shipment, outcome: Outcome, ms: number): void {
    const { destination } = shipment;
    const { emit, unit } = this.context.settings;
    this.inFlight -= 1;
    destination.stopped(shipment);
    destination.tally.attempts += 1;
    this.#dirtyTallies.add(destination);
    if (!unit || outcome.kind !== 'delivered') {
      const { kind, status } = outcome;
      const reason = kind === 'delivered' ? undefined : outcome.reason;
      emit({
        type: 'attempt',
        destination: destination.name,
        batch: shipment.id,
        attempt: shipment.attempts,
        outcome: kind,
        ms,
        status,
        reason,
      });
    }
    this.#gate(destination, outcome.delayMs);
    if (outcome.kind === 'delivered') this.#delivered(shipment, outcome);
    else if (outcome.kind === 'retry') this.#postpone(shipment, outcome);
    else this.#bury(shipment, outcome);
    this.pump(destination);
  }

  /** Leaves a destination alone for as long as it asked. */
  #gate(destination: DestinationState, requested: number | undefined): void {
    const { clock, emit, retry } = this.context.settings;
    const delay = honouredDelayMs(requested, retry);
    if (delay === 0) return;
    const until = clock.now() + delay;
    if (until <= destination.gateUntil) return;
    this.context.journal.part(this).put.set(PREFIX.gate + destination.name, String(until));
    emit({ type: 'gate', destination: destination.name, untilMs: until });
    this.openAt(destination, until);
  }

  openAt(destination: DestinationState, until: number): void {
    destination.gateUntil = until;
    this.#alarm.at(until, () => this.pump(destination));
  }

  #postpone(shipment: Shipment, outcome: Retry): void {
    const { clock, random, retry } = this.context.settings;
    if (this.context.abort.aborted) return;
    const delay = honouredDelayMs(outcome.delayMs, retry);
    if (delay === 0) shipment.failures += 1;
    if (shipment.failures >= retry.maxAttempts) {
      this.#bury(shipment, {
        ...outcome,
        reason: `${outcome.reason} Gave up after ${shipment.failures} failed attempts.`,
      });
      return;
    }
    this.context.journal
      .part(this)
      .put.set(PREFIX.tries + shipment.id, JSON.stringify([shipment.attempts, shipment.failures]));
    const wait = Math.max(delay, delay === 0 ? backoffMs(shipment.failures, retry, random) : 0);
    this.#alarm.at(clock.now() + wait, () => {
      shipment.destination.consider(shipment);
      this.pump(shipment.destination);
    });
  }

  // ── out ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  #delivered(shipment: Shipment, outcome: Delivered): void {
    const { destination, lines } = shipment;
    destination.tally.delivered += lines.length;
    destination.tally.batches.delivered += 1;
    if (outcome.tallies !== undefined) addTallies(destination.tally.tallies, outcome.tallies);
    if (outcome.forward !== undefined) this.context.settings.downstream?.handOver(outcome.forward);
    this.#end(shipment);
  }

  #bury(shipment: Shipment, outcome: Pick<Rejected | Retry, 'reason' | 'status' | 'excerpt'>): void {
    const { destination, lines } = shipment;
    destination.tally.dead += lines.length;
    destination.tally.batches.dead += 1;
    const record: DeadRecord = {
      ref: deadRef(this.lane.lane, this.nextDead),
      id: shipment.id,
      number: this.nextDead,
      destination: destination.name,
      key: shipment.key,
      size: lines.length,
      reason: outcome.reason,
      status: outcome.status,
      excerpt: outcome.excerpt,
      attempts: shipment.attempts,
      sealReason: shipment.reason,
      bytes: shipment.bytes,
      openedAt: shipment.openedAt,
      sealedAt: shipment.sealedAt,
      diedAt: this.context.settings.clock.now(),
      replays: shipment.replays,
      contents: contentsOf(lines),
    };
    this.#putDead(record);
    this.#end(shipment);
  }

  /** A line that can be in no batch becomes a dead letter of its own. */
  #buryLine(destination: DestinationState, line: HeldLine, reason: string): void {
    destination.tally.dead += 1;
    destination.tally.batches.dead += 1;
    this.#dirtyTallies.add(destination);
    const now = this.context.settings.clock.now();
    const id = line.position >= 0 ? this.batchId(line.position) : `${this.batchId(0)}-refused-${this.nextDead}`;
    this.#putDead({
      ref: deadRef(this.lane.lane, this.nextDead),
      id,
      number: this.nextDead,
      destination: destination.name,
      key: line.key,
      size: 1,
      reason,
      status: undefined,
      excerpt: undefined,
      attempts: 0,
      sealReason: 'bytes',
      bytes: line.bytes,
      openedAt: line.acceptedAt,
      sealedAt: now,
      diedAt: now,
      replays: 0,
      contents: contentsOf([line]),
    });
    if (line.position >= 0) {
      this.positions.mark(line.position);
      this.context.budget.give(line.bytes + LINE_OVERHEAD_BYTES);
    }
  }

  /** Counts and keeps a forwarded line that no batch can take. */
  refuse(destination: DestinationState, line: HeldLine, reason: string): void {
    destination.tally.accepted += 1;
    this.#buryLine(destination, line, reason);
  }

  #putDead(record: DeadRecord): void {
    this.nextDead += 1;
    const { put } = this.context.journal.part(this);
    put.set(numbered(PREFIX.dead, record.number), JSON.stringify(record));
    put.set(PREFIX.nextDead, String(this.nextDead));
    this.context.settings.emit({
      type: 'dead',
      destination: record.destination,
      batch: record.id,
      lines: record.size,
      reason: record.reason,
    });
  }

  #end(shipment: Shipment): void {
    const { put } = this.context.journal.part(this);
    let bytes = 0;
    for (const line of shipment.lines) {
      bytes += line.bytes + LINE_OVERHEAD_BYTES;
      if (line.position >= 0) this.positions.mark(line.position);
    }
    if (shipment.stored === 'manifest') put.set(numbered(PREFIX.batch, shipment.number), null);
    if (shipment.stored === 'record') put.set(numbered(PREFIX.replay, shipment.number), null);
    if (shipment.attempts > 1) put.set(PREFIX.tries + shipment.id, null);
    if (shipment.batch !== undefined) this.#shipments.delete(shipment.batch);
    const { blocks, destination } = shipment;
    destination.finish(shipment);
    for (const blocked of blocks) if (blocked.destination !== destination) this.pump(blocked.destination);
    this.context.budget.give(bytes);
  }

  // ── dead letters ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Sends a dead letter again, behind what waits under its key. */
  replay(record: DeadRecord): void {
    const destination = this.destination(record.destination);
    const lines = linesOf(record);
    const { put } = this.context.journal.part(this);
    const number = this.nextBatch;
    this.nextBatch += 1;
    put.set(numbered(PREFIX.dead, record.number), null);
    const again = { ...record, replays: record.replays + 1 };
    put.set(numbered(PREFIX.replay, number), JSON.stringify(again));
    destination.tally.dead -= lines.length;
    destination.tally.batches.dead -= 1;
    destination.tally.replayed += lines.length;
    this.#dirtyTallies.add(destination);
    destination.enqueue(this.replayed(again, number, lines));
    this.pump(destination);
  }

  replayed(record: DeadRecord, number: number, lines: HeldLine[]): Shipment {
    for (const { bytes } of lines) this.context.budget.take(bytes + LINE_OVERHEAD_BYTES);
    return {
      id: record.id,
      number,
      destination: this.destination(record.destination),
      key: record.key,
      lines,
      bytes: record.bytes,
      reason: record.sealReason,
      openedAt: record.openedAt,
      sealedAt: record.sealedAt,
      batch: undefined,
      stored: 'record',
      replays: record.replays,
      attempts: record.attempts,
      failures: 0,
      waits: 0,
      blocks: [],
      next: undefined,
      state: 'waiting',
    };
  }

  // ── begin and end ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begins to send, once everything stored is back in. */
  start(): void {
    this.earlierTries.clear();
    this.#sending = true;
    for (const destination of this.destinations.values()) this.settleIn(destination);
  }

  /** Starts nothing more. What is in flight goes on. */
  stop(): void {
    this.#sending = false;
    this.#alarm.stop();
  }
}
