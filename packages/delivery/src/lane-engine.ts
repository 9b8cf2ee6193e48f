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
 *
 * Here is the way in: append, admit, seal, and the end of a batch. `dispatch.ts` sends, `dead-letter-box.ts` buries and replays. What is
 * left is long, but one life: what each step counts and writes has to be read beside the others.
 */
import type { Batch } from '@batchfeed/batcher';
import { Alarm } from './alarm.ts';
import { type Budget, LINE_OVERHEAD_BYTES } from './budget.ts';
import { ConcurrencyLimit } from './concurrency.ts';
import { DeadLetterBox } from './dead-letter-box.ts';
import { DestinationState } from './destination.ts';
import { Dispatch } from './dispatch.ts';
import { type Gates, gateName } from './gates.ts';
import type { Journal, JournalLane, Part } from './journal.ts';
import { encodeEntry, type HeldLine } from './line.ts';
import type { Settings } from './options.ts';
import { encodeManifest, manifestKey, numbered, PREFIX } from './records.ts';
import { SettledPositions } from './settled-positions.ts';
import { newShipment, type Shipment } from './shipment.ts';
import type { Lane } from './store.ts';

const NONE: readonly never[] = [];

/** What the lanes of one engine share. */
export interface LaneContext {
  readonly storeId: string;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly budget: Budget;
  readonly gates: Gates;
  readonly abort: AbortSignal;
  /** Seals early while memory is short for a destination. */
  readonly relieve: (destination: DestinationState) => void;
  /** Called when a line ended or a send stopped: somebody may wait for that. */
  readonly progressed: () => void;
}

export class LaneEngine implements JournalLane {
  readonly lane: Lane;
  readonly context: LaneContext;
  readonly destinations = new Map<string, DestinationState>();
  readonly positions: SettledPositions;
  readonly alarm: Alarm;
  readonly dispatch: Dispatch;
  readonly deadLetters: DeadLetterBox;
  /** Number of the next batch to be sealed. */
  nextBatch = 1;
  /** Attempts made before a restart, by batch id; only while the lane is being recovered. */
  readonly earlierTries = new Map<string, readonly [attempts: number, failures: number]>();
  /** The shipments that a batch became: one, or the parts it was split into. */
  readonly #shipments = new Map<Batch<HeldLine>, Shipment[]>();
  readonly #changedTallies = new Set<DestinationState>();
  readonly #idPrefix: string;

  constructor(lane: Lane, context: LaneContext) {
    this.lane = lane;
    this.#idPrefix = `${context.storeId}-${lane.log}-${lane.lane}-`;
    this.context = context;
    this.positions = new SettledPositions(lane.lowWater);
    this.alarm = new Alarm(context.settings.clock);
    this.dispatch = new Dispatch(this);
    this.deadLetters = new DeadLetterBox(this);
  }

  destination(name: string): DestinationState {
    let destination = this.destinations.get(name);
    if (destination === undefined) {
      const { policyOf, concurrencyOf, endpointOf, paused } = this.context.settings;
      destination = new DestinationState(name, {
        policyOf: (key) => policyOf(name, key),
        concurrency: new ConcurrencyLimit(concurrencyOf(name)),
        gates: [gateName.destination(name, '', ''), gateName.endpoint(name, '', endpointOf(name))],
        paused: paused(name),
        account: this.context.budget.account(name),
      });
      this.destinations.set(name, destination);
    }
    return destination;
  }

  /** The destination's counts are in the next write. */
  counted(destination: DestinationState): void {
    this.#changedTallies.add(destination);
    this.context.journal.part(this);
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Puts a line into the next write. Its memory is taken from the budget already. */
  append(destination: DestinationState, line: HeldLine): void {
    const part = this.context.journal.part(this);
    part.lines.push(line);
    part.entries.push(encodeEntry(destination.nameText, line));
    part.destinations.push(destination);
    destination.unadmitted += 1;
    destination.tally.accepted += 1;
    this.#changedTallies.add(destination);
  }

  beforeWrite(part: Part): void {
    const { put, lowWater } = this.positions.takeChanges();
    for (const [key, value] of put) part.put.set(key, value);
    part.lowWater = lowWater;
    for (const destination of this.#changedTallies) {
      part.put.set(PREFIX.tally + JSON.stringify(destination.name), JSON.stringify(destination.tally));
    }
    this.#changedTallies.clear();
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
    for (const destination of touched) {
      this.settleIn(destination);
      this.context.relieve(destination);
    }
  }

  /** Puts a durable line into its group. */
  admit(destination: DestinationState, line: HeldLine): void {
    try {
      this.seal(destination, destination.batcher.add(line, line.acceptedAt));
    } catch (error) {
      // Only a policy that narrowed since the line was accepted gets here; the line must end in a state all the same.
      this.deadLetters.buryLine(destination, line, (error as Error).message);
      this.release(destination, [line]);
    }
  }

  /** After lines came in: early seals for memory's sake, the next age alarm, the next sends. */
  settleIn(destination: DestinationState): void {
    const { batcher } = destination;
    while (batcher.openKeys > this.context.settings.maxOpenKeys) this.sealOldest(destination);
    this.#setAgeAlarm(destination);
    this.dispatch.pump(destination);
  }

  // ── seal ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Sends batches on their way. They are sent once their manifests are durable. */
  seal(destination: DestinationState, batches: readonly Batch<HeldLine>[]): void {
    const { unit } = this.context.settings;
    for (const batch of batches) {
      const shipment = this.#shipmentOf(destination, batch, unit);
      const after = this.track(shipment);
      const { sealed } = destination.tally.batches;
      sealed[shipment.reason] = (sealed[shipment.reason] ?? 0) + 1;
      this.counted(destination);
      if (!unit) {
        this.putManifest(shipment, after);
        this.#tellSealed(shipment);
      }
      destination.enqueue(shipment);
    }
  }

  /** Writes a batch's manifest and holds the batch back until that is durable. */
  putManifest(shipment: Shipment, after: readonly number[]): void {
    const part = this.context.journal.part(this);
    part.put.set(manifestKey(shipment), encodeManifest(shipment, after));
    shipment.waits += 1;
    shipment.destination.unwritten += 1;
    part.callbacks.push(() => {
      shipment.waits -= 1;
      shipment.destination.unwritten -= 1;
      shipment.destination.consider(shipment);
      this.dispatch.pump(shipment.destination);
    });
  }

  /** Knows a shipment by its batch, and makes it wait for the older ones it must not overtake; returns their numbers. */
  track(shipment: Shipment): readonly number[] {
    if (shipment.batch === undefined) return NONE;
    this.adopt(shipment);
    if (shipment.batch.after === undefined) return NONE;
    const after: number[] = [];
    for (const older of shipment.batch.after) {
      for (const blocker of this.#shipments.get(older) ?? []) {
        blocker.blocks.push(shipment);
        shipment.waits += 1;
        if (!after.includes(blocker.number)) after.push(blocker.number);
      }
    }
    return after;
  }

  /** Knows a shipment by its batch. */
  adopt(shipment: Shipment): void {
    if (shipment.batch === undefined) return;
    const siblings = this.#shipments.get(shipment.batch);
    if (siblings === undefined) this.#shipments.set(shipment.batch, [shipment]);
    else siblings.push(shipment);
  }

  /** Seals everything open of a destination. */
  drain(destination: DestinationState): void {
    this.seal(destination, destination.batcher.drain());
    this.dispatch.pump(destination);
  }

  /** Has the destination's policies asked for again. */
  reconfigure(destination: DestinationState): void {
    this.seal(destination, destination.batcher.reconfigure());
    this.#setAgeAlarm(destination);
    this.dispatch.pump(destination);
  }

  /** Seals a destination's oldest open group before its time. */
  sealOldest(destination: DestinationState): void {
    const batch = destination.batcher.sealOldest();
    if (batch === undefined) return;
    this.seal(destination, [batch]);
    this.dispatch.pump(destination);
  }

  batchId(firstPosition: number): string {
    return this.#idPrefix + firstPosition;
  }

  /** Whether a batch of this id could have been sealed here. */
  mayHaveSealed(id: string): boolean {
    const prefix = this.#idPrefix;
    const position = id.startsWith(prefix) ? Number.parseInt(id.slice(prefix.length), 10) : Number.NaN;
    return position < this.lane.end;
  }

  #shipmentOf(destination: DestinationState, batch: Batch<HeldLine>, unit: boolean): Shipment {
    const { key, lines, bytes, openedAt, reason = 'drain' } = batch;
    const id = this.batchId((lines[0] as HeldLine).position);
    const tries = this.earlierTries.size === 0 ? undefined : this.earlierTries.get(id);
    const number = this.nextBatch;
    this.nextBatch += 1;
    const sealedAt = this.context.settings.clock.now();
    const stored = unit ? 'entries' : 'manifest';
    return newShipment({
      id,
      number,
      destination,
      key,
      lines,
      bytes,
      reason,
      openedAt,
      sealedAt,
      batch,
      stored,
      attempts: tries?.[0],
      failures: tries?.[1],
    });
  }

  #tellSealed({ id, destination, key, reason, lines, bytes, openedAt, sealedAt }: Shipment): void {
    const ageMs = sealedAt - openedAt;
    this.context.settings.emit({
      type: 'sealed',
      destination: destination.name,
      key,
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
    this.alarm.at(due, () => {
      destination.ageAlarm = Number.POSITIVE_INFINITY;
      this.seal(destination, destination.batcher.due(this.context.settings.clock.now()));
      this.#setAgeAlarm(destination);
      this.dispatch.pump(destination);
    });
  }

  // ── end ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The end of a batch, delivered or dead: its lines need no place any more, and what waited for it goes on. */
  finish(shipment: Shipment): void {
    const { put } = this.context.journal.part(this);
    this.forget(shipment, put);
    if (shipment.attempts > 1) put.set(PREFIX.tries + shipment.id, null);
    if (this.untrack(shipment) && shipment.batch !== undefined) shipment.destination.batcher.settle(shipment.batch);
    shipment.destination.finish(shipment);
    this.release(shipment.destination, shipment.lines);
  }

  /**
   * Holds back until the next write is durable what comes after a batch that is dead. A delivery that a crash forgets is repeated, and what
   * came after it too; but a death that it forgets is undone, and the batch would arrive for the first time after its followers had.
   */
  holdFollowers({ next, blocks }: Shipment): void {
    const followers = next === undefined ? [...blocks] : [next, ...blocks];
    for (const follower of followers) follower.waits += 1;
    this.context.journal.part(this).callbacks.push(() => {
      for (const follower of followers) {
        follower.waits -= 1;
        follower.destination.consider(follower);
        this.dispatch.pump(follower.destination);
      }
    });
  }

  /** Drops what the store keeps of a batch beside its lines. */
  forget(shipment: Shipment, put: Map<string, string | null>): void {
    if (shipment.stored === 'manifest') put.set(manifestKey(shipment), null);
    if (shipment.stored === 'record') put.set(numbered(PREFIX.replay, shipment.number), null);
  }

  /** Knows a shipment no longer; true when it was the last of its batch. */
  untrack(shipment: Shipment): boolean {
    if (shipment.batch === undefined) return false;
    const siblings = this.#shipments.get(shipment.batch) ?? NONE;
    const isLast = siblings.every((other) => other === shipment);
    if (isLast) this.#shipments.delete(shipment.batch);
    else {
      const left = siblings.filter((other) => other !== shipment);
      this.#shipments.set(shipment.batch, left);
    }
    return isLast;
  }

  /** Marks lines as over and gives their memory back. */
  release(destination: DestinationState, lines: readonly HeldLine[]): void {
    let bytes = 0;
    for (const line of lines) {
      bytes += line.bytes + LINE_OVERHEAD_BYTES;
      if (line.position >= 0) this.positions.mark(line.position);
    }
    this.context.journal.part(this);
    destination.account.give(bytes);
    this.context.relieve(destination);
  }

  /** Begins to send, once everything stored is back in. */
  start(): void {
    this.earlierTries.clear();
    this.dispatch.start();
    for (const destination of this.destinations.values()) this.settleIn(destination);
  }

  /** Starts nothing more. What is in flight goes on. */
  stop(): void {
    this.dispatch.stop();
    this.alarm.stop();
  }
}
