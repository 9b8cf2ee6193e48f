import { Batcher, type Policy } from '@batchfeed/batcher';
import { Fifo } from './fifo.ts';
import { type Ledger, newTally, type Tally } from './ledger.ts';
import type { HeldLine } from './line.ts';
import type { Shipment } from './shipment.ts';

/** Sealed batches of one key, oldest first. Only the first may be sent. */
interface KeyQueue {
  first: Shipment;
  last: Shipment;
}

/** What a lane keeps of one destination: its groups, its queues by key, what is ready, and its counts. */
export class DestinationState {
  readonly name: string;
  readonly batcher: Batcher<HeldLine>;
  readonly ready = new Fifo<Shipment>();
  tally: Tally = newTally();
  /** Lines counted as accepted, durable or about to be, but not yet in a group. */
  unadmitted = 0;
  sealedLines = 0;
  inFlightLines = 0;
  inFlight = 0;
  paused = false;
  /** Nothing is sent before this time. */
  gateUntil = 0;
  /** When the age alarm is set for. */
  ageAlarm = Number.POSITIVE_INFINITY;
  readonly #queues = new Map<string, KeyQueue>();

  constructor(name: string, policyOf: (key: string) => Policy) {
    this.name = name;
    this.batcher = new Batcher({ policy: policyOf });
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
    if (shipment.batch !== undefined) this.batcher.settle(shipment.batch);
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

  get ledger(): Ledger {
    return {
      ...structuredClone(this.tally),
      accepted: this.tally.accepted - this.unadmitted,
      open: this.batcher.openLines,
      sealed: this.sealedLines,
      inFlight: this.inFlightLines,
    };
  }

  /** Whether every line has been delivered or is a dead letter. */
  get idle(): boolean {
    return this.unadmitted + this.batcher.openLines + this.sealedLines + this.inFlightLines === 0;
  }
}
