import type { Batcher } from '@batchfeed/batcher';
import type { ConcurrencyLimit } from '../base/concurrency.ts';
import { destinationTag } from '../base/destination-tag.ts';
import { Fifo } from '../base/fifo.ts';
import type { DeliveryError } from '../delivery-error.ts';
import { type Ledger, newTally, type Tally } from '../ledger.ts';
import type { Place } from '../line.ts';
import { deadQueueName, queueName } from './records.ts';
import { SettledPositions } from './settled-positions.ts';
import type { Shipment } from './shipment.ts';
import type { Account } from './window.ts';

/** Sealed batches of one order key, oldest first. Only the first may be sent. */
interface KeyQueue {
  first: Shipment;
  last: Shipment;
}

/** What a destination begins with. */
export interface DestinationGiven {
  readonly log: string;
  readonly name: string;
  /** Groups its lines; undefined where each line is a batch. */
  readonly batcher: Batcher<Place> | undefined;
  readonly concurrency: ConcurrencyLimit;
  /** Names of the gates that hold up everything to it. */
  readonly gates: readonly string[];
  readonly paused: boolean;
  /** Its share of the window. */
  readonly account: Account;
  /** What the store has of its queue. */
  readonly first: number;
  readonly end: number;
  readonly bytes: number;
}

/**
 * What a lane keeps of one destination.
 *
 *   appended ──durable──▶ waiting (on disk) ──admitted──▶ open, held ──▶ sealed ──▶ in flight ──▶ over
 *                        next … end                                  places in memory
 *
 * Entries below `next` are in the window or over; from `next` on they wait on disk.
 */
export class DestinationState {
  readonly name: string;
  /** The name as JSON, as it stands in keys of the store. */
  readonly nameText: string;
  /** The name as it stands in ids. */
  readonly tag: string;
  readonly queue: string;
  readonly deadQueue: string;
  readonly batcher: Batcher<Place> | undefined;
  readonly ready = new Fifo<Shipment>();
  readonly account: Account;
  readonly concurrency: ConcurrencyLimit;
  readonly gates: readonly string[];
  tally: Tally = newTally();
  positions: SettledPositions;
  overBytes = 0;
  /** First position that is not in the window. */
  next: number;
  /** It is being removed: resolves when the store has nothing of it any more. */
  forgetting: Promise<void> | undefined;
  /** Durable end of the queue. */
  end: number;
  /** Lines that wait: durable ones behind the window, and those on their way to the disk. */
  waiting = 0;
  /** Of these, lines on their way to the disk. */
  pending = 0;
  /** Bytes of all entries, those on their way to the disk included. */
  bytesIn: number;
  /** Bytes of the entries whose lines are in the window. */
  windowBytes = 0;
  /** Lines that can be in no batch, on their way to the dead. */
  dyingLines = 0;
  sealedLines = 0;
  /** Sealed batches that are not over. */
  batches = 0;
  inFlightLines = 0;
  inFlight = 0;
  /** Batches whose manifests are on their way to the disk. */
  unwritten = 0;
  paused: boolean;
  /** Whether it waits for no delay any more. */
  ignoresDelays = false;
  /** Once everything below is in the window, what is open is sealed. */
  drainTo: number | undefined;
  /** Whether everything of it ends without being sent. */
  discarding = false;
  /** Why nothing moves any more: an entry cannot be read. */
  damage: DeliveryError | undefined;
  /** The gate its next sends wait for. */
  gateAlarm = 0;
  /** When the age alarm is set for. */
  ageAlarm = Number.POSITIVE_INFINITY;
  /**
   * Acceptance and maximum age of the line that was read last: tells whether the reader is among
   * overdue lines.
   */
  lastDueAt = 0;
  readonly #queues = new Map<string, KeyQueue>();

  constructor(given: DestinationGiven) {
    this.name = given.name;
    this.nameText = JSON.stringify(given.name);
    this.tag = destinationTag(given.name);
    this.queue = queueName(given.log, this.nameText);
    this.deadQueue = deadQueueName(given.log, this.nameText);
    this.batcher = given.batcher;
    this.concurrency = given.concurrency;
    this.gates = given.gates;
    this.paused = given.paused;
    this.account = given.account;
    this.positions = new SettledPositions(this.queue, given.first);
    this.next = given.first;
    this.end = given.end;
    this.bytesIn = given.bytes;
    this.tally.accepted = given.end;
  }

  // ── the queue ─────────────────────────────────────────────────────────────────────────────────

  /** Takes back what the store has of it. */
  restore(tally: Tally, low: number, overBytes: number): void {
    this.tally = { ...tally, accepted: this.end };
    this.overBytes = overBytes;
    this.positions = new SettledPositions(this.queue, Math.max(low, this.positions.low));
    this.next = this.positions.low;
  }

  /** Lines are on their way to the disk. */
  appending(lines: number, bytes: number): void {
    this.tally.accepted += lines;
    this.waiting += lines;
    this.pending += lines;
    this.bytesIn += bytes;
  }

  /** They are durable. Returns whether they follow the window without a gap. */
  appended(first: number, lines: number): boolean {
    const isTail = this.next === first && this.end === first;
    this.pending -= lines;
    this.end = first + lines;
    return isTail;
  }

  /** A line comes into the window. */
  admitted(place: Place): void {
    this.waiting -= 1;
    this.windowBytes += place.entryBytes;
    this.account.takePlace();
    if (place.text !== undefined) this.account.takeText(place.bytes);
  }

  /** Lines leave the window for good. */
  over(lines: readonly Place[]): void {
    let texts = 0;
    let textBytes = 0;
    let bytes = 0;
    for (const line of lines) {
      this.positions.mark(line.position);
      bytes += line.entryBytes;
      if (line.text === undefined) continue;
      texts += 1;
      textBytes += line.bytes;
    }
    this.overBytes += bytes;
    this.windowBytes -= bytes;
    this.account.give(lines.length, texts, textBytes);
  }

  /**
   * An entry is damaged: everything that is not in flight counts as waiting again, and nothing of
   * it moves. A restart after the repair takes it up.
   */
  stopFor(damage: DeliveryError): void {
    this.damage = damage;
    for (let shipment = this.ready.shift(); shipment !== undefined; shipment = this.ready.shift())
      shipment.state = 'over';
    this.waiting = this.end + this.pending - this.positions.count - this.inFlightLines;
    this.#queues.clear();
    for (const batch of this.batcher?.drain() ?? []) this.batcher?.settle(batch);
    this.account.giveAll();
    this.sealedLines = 0;
    this.batches = 0;
  }

  /** Of a damaged destination: what it held in the window counts as waiting, and is not in it any more. */
  waitAgain(): void {
    this.next = this.positions.low;
    this.windowBytes = 0;
  }

  /** Waiting entries end unread. Returns how many of them were not over before. */
  overUnread(from: number, to: number): number {
    const before = this.positions.count;
    this.positions.markRange(from, to);
    this.next = to;
    const lines = this.positions.count - before;
    this.waiting -= lines;
    return lines;
  }

  /**
   * When every entry is over, so are their bytes. Those of entries that were never read are not
   * known one by one.
   */
  allOver(): void {
    if (this.positions.count === this.end && this.pending === 0) this.overBytes = this.bytesIn;
  }

  /** Whether lines wait on disk that are not in the window. */
  get isBehind(): boolean {
    return this.next < this.end;
  }

  /** Unsettled lines and bytes, and of them those behind the window. */
  get backlog(): { lines: number; bytes: number; waiting: number; waitingBytes: number } {
    const bytes = this.bytesIn - this.overBytes;
    const lines = this.end + this.pending - this.positions.count;
    return { lines, bytes, waiting: this.waiting, waitingBytes: bytes - this.windowBytes };
  }

  // ── sealed batches ────────────────────────────────────────────────────────────────────────────

  /**
   * Puts a sealed batch behind the others of its order key. `lines`: how many it will have, when
   * they are not there yet.
   */
  enqueue(shipment: Shipment, lines = shipment.lines.length): void {
    this.sealedLines += lines;
    this.batches += 1;
    const queue = this.#queues.get(shipment.orderKey);
    if (queue === undefined) this.#queues.set(shipment.orderKey, { first: shipment, last: shipment });
    else {
      queue.last.next = shipment;
      queue.last = shipment;
    }
    this.consider(shipment);
  }

  /**
   * Makes a batch ready when it waits for nothing and is the first of its order key. Its delay is
   * the caller's to look at.
   */
  consider(shipment: Shipment): void {
    if (shipment.state !== 'waiting' || shipment.writes > 0 || shipment.batch?.blocked === true) return;
    if (this.#queues.get(shipment.orderKey)?.first !== shipment) return;
    shipment.state = 'ready';
    this.ready.push(shipment);
  }

  started(shipment: Shipment): void {
    shipment.state = 'sending';
    this.inFlight += 1;
    this.sealedLines -= shipment.lines.length;
    this.inFlightLines += shipment.lines.length;
  }

  stopped(shipment: Shipment): void {
    shipment.state = 'waiting';
    this.inFlight -= 1;
    this.inFlightLines -= shipment.lines.length;
    this.sealedLines += shipment.lines.length;
  }

  /**
   * Takes a batch out of its order key for good; nearly always it is the first. Returns the next
   * when that is the first now.
   */
  finish(shipment: Shipment): Shipment | undefined {
    shipment.state = 'over';
    this.sealedLines -= shipment.lines.length;
    this.batches -= 1;
    const queue = this.#queues.get(shipment.orderKey);
    if (queue === undefined) return undefined;
    if (queue.first !== shipment) {
      this.#unlink(queue, shipment);
      return undefined;
    }
    if (shipment.next === undefined) this.#queues.delete(shipment.orderKey);
    else queue.first = shipment.next;
    return shipment.next;
  }

  /** Puts the parts of the first batch of a key in its place, in order. */
  replace(whole: Shipment, parts: readonly Shipment[]): void {
    whole.state = 'over';
    this.batches += parts.length - 1;
    const queue = this.#queues.get(whole.orderKey);
    const [first] = parts;
    const last = parts.at(-1);
    if (queue === undefined || first === undefined || last === undefined) return;
    parts.forEach((part, index) => {
      part.next = parts[index + 1] ?? whole.next;
    });
    queue.first = first;
    if (queue.last === whole) queue.last = last;
  }

  /** Sealed batches of an order key, oldest first. */
  *queued(orderKey: string): Generator<Shipment> {
    for (let one = this.#queues.get(orderKey)?.first; one !== undefined; one = one.next) yield one;
  }

  /** All sealed batches, order key by order key. */
  *shipments(): Generator<Shipment> {
    for (const orderKey of this.#queues.keys()) yield* this.queued(orderKey);
  }

  /** The first sealed batch of each order key. */
  *firsts(): Generator<Shipment> {
    for (const { first } of this.#queues.values()) yield first;
  }

  #unlink(queue: KeyQueue, shipment: Shipment): void {
    for (let one = queue.first; one.next !== undefined; one = one.next) {
      if (one.next !== shipment) continue;
      one.next = shipment.next;
      if (queue.last === shipment) queue.last = one;
      return;
    }
  }

  // ── counts ────────────────────────────────────────────────────────────────────────────────────

  /** Batches under way, ready, or about to be. */
  get busy(): number {
    return this.inFlight + this.ready.size + this.unwritten;
  }

  /** Lines in groups and held back. */
  get openLines(): number {
    const grouped = this.batcher === undefined ? 0 : this.batcher.openLines + this.batcher.heldLines;
    return grouped + this.dyingLines;
  }

  /** As it is now; its counts change with it, so take a sum of it. */
  get ledger(): Ledger {
    return {
      ...this.tally,
      waiting: this.waiting,
      open: this.openLines,
      held: this.batcher?.heldLines ?? 0,
      sealed: this.sealedLines,
      inFlight: this.inFlightLines,
    };
  }

  /** Whether every line is over. */
  get idle(): boolean {
    return this.waiting + this.openLines + this.sealedLines + this.inFlightLines === 0;
  }
}
