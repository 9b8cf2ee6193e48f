import { Batcher, type Policy } from '@batchfeed/batcher';
import type { Account } from './budget.ts';
import type { ConcurrencyLimit } from './concurrency.ts';
import { Fifo } from './fifo.ts';
import { type Ledger, newTally, type Tally } from './ledger.ts';
import type { HeldLine } from './line.ts';
import type { Shipment } from './shipment.ts';

/** Sealed batches of one key, oldest first. Only the first may be sent. */
interface KeyQueue {
  first: Shipment;
  last: Shipment;
}

/** What the engine's options say of a destination. */
interface DestinationTraits {
  readonly policyOf: (key: string) => Policy;
  readonly concurrency: ConcurrencyLimit;
  /** Names of the gates that hold up everything to it. */
  readonly gates: readonly string[];
  readonly paused: boolean;
  /** Its share of the memory. */
  readonly account: Account;
}

/** What a lane keeps of one destination: its groups, its queues by key, what is ready, and its counts. */
export class DestinationState {
  readonly name: string;
  /** The name as JSON, for the head of its entries. */
  readonly nameText: string;
  readonly batcher: Batcher<HeldLine>;
  readonly ready = new Fifo<Shipment>();
  tally: Tally = newTally();
  /** Lines on their way to the disk, not yet in a group. */
  unadmitted = 0;
  sealedLines = 0;
  inFlightLines = 0;
  inFlight = 0;
  /** Batches whose manifests are on their way to the disk. */
  unwritten = 0;
  paused: boolean;
  /** Whether it waits for no delay any more. */
  rushed = false;
  readonly account: Account;
  readonly concurrency: ConcurrencyLimit;
  /** Gates that hold up everything to it. */
  readonly gates: readonly string[];
  /** The gate its next sends wait for. */
  gateAlarm = 0;
  /** When the age alarm is set for. */
  ageAlarm = Number.POSITIVE_INFINITY;
  readonly #queues = new Map<string, KeyQueue>();

  constructor(name: string, traits: DestinationTraits) {
    this.name = name;
    this.nameText = JSON.stringify(name);
    this.concurrency = traits.concurrency;
    this.gates = traits.gates;
    this.paused = traits.paused;
    this.account = traits.account;
    this.batcher = new Batcher({ policy: traits.policyOf });
  }

  /** Puts a sealed batch behind the others of its key. */
  enqueue(shipment: Shipment): void {
    this.sealedLines += shipment.lines.length;
    const queue = this.#queues.get(shipment.key);
    if (queue === undefined) this.#queues.set(shipment.key, { first: shipment, last: shipment });
    else {
      queue.last.next = shipment;
      queue.last = shipment;
    }
    this.consider(shipment);
  }

  /** Makes a batch ready when it waits for nothing and is the first of its key. */
  consider(shipment: Shipment): void {
    if (shipment.state !== 'waiting' || shipment.waits > 0 || this.#queues.get(shipment.key)?.first !== shipment)
      return;
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

  /** Takes the first batch of a key out for good, and lets go of what waited for it. */
  finish(shipment: Shipment): void {
    shipment.state = 'over';
    this.sealedLines -= shipment.lines.length;
    if (shipment.next === undefined) this.#queues.delete(shipment.key);
    else {
      (this.#queues.get(shipment.key) as KeyQueue).first = shipment.next;
      this.consider(shipment.next);
    }
    for (const blocked of shipment.blocks) {
      blocked.waits -= 1;
      this.consider(blocked);
    }
  }

  /** Puts the parts of the first batch of a key in its place, in order. */
  replace(whole: Shipment, parts: readonly Shipment[]): void {
    whole.state = 'over';
    const queue = this.#queues.get(whole.key) as KeyQueue;
    parts.forEach((part, index) => {
      part.next = parts[index + 1] ?? whole.next;
    });
    queue.first = parts[0] as Shipment;
    if (queue.last === whole) queue.last = parts.at(-1) as Shipment;
    for (const blocked of whole.blocks) {
      blocked.waits += parts.length - 1;
      for (const part of parts) part.blocks.push(blocked);
    }
  }

  /** Sealed batches of a key, oldest first. */
  *queued(key: string): Generator<Shipment> {
    for (let shipment = this.#queues.get(key)?.first; shipment !== undefined; shipment = shipment.next) yield shipment;
  }

  /** Keys that have sealed batches. */
  queuedKeys(): Iterable<string> {
    return this.#queues.keys();
  }

  /** Batches under way, ready, or about to be. */
  get busy(): number {
    return this.inFlight + this.ready.size + this.unwritten;
  }

  /** As it is now; its counts change with it, so take a sum of it. */
  get ledger(): Ledger {
    return {
      ...this.tally,
      open: this.unadmitted + this.batcher.openLines,
      sealed: this.sealedLines,
      inFlight: this.inFlightLines,
    };
  }

  /** Whether every line has been delivered or is a dead letter. */
  get idle(): boolean {
    return this.unadmitted + this.batcher.openLines + this.sealedLines + this.inFlightLines === 0;
  }
}
