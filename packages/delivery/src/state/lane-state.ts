/**
 * What one engine keeps of one lane: its destinations and what of them has to be written. The
 * engine's other parts stand on this one and change it through its methods.
 */
import { Batcher } from '@batchfeed/batcher';
import { ConcurrencyLimit } from '../base/concurrency.ts';
import { destinationTag } from '../base/destination-tag.ts';
import { type Gates, gateName } from '../base/gates.ts';
import type { LaneWriter, WriterMember } from '../journal/lane-writer.ts';
import type { WritePart } from '../journal/write-part.ts';
import { type Ledger, sumLedgers } from '../ledger.ts';
import type { Settings } from '../options.ts';
import { DestinationState } from './destination.ts';
import { encodeTally, PREFIX, queueName } from './records.ts';
import type { Window } from './window.ts';

const PAGE = 500;
/** What is kept of a destination under keys of their own. */
const OF_DESTINATION = ['settled', 'note', 'dead', 'later'] as const;

/** What the lanes of one engine share. */
export interface EngineContext {
  readonly log: string;
  readonly settings: Settings;
  readonly window: Window;
  readonly gates: Gates;
  readonly abort: AbortSignal;
  /** Called when a line ended or a send stopped: `idle` and `close` wait for that. */
  readonly progressed: () => void;
}

export class LaneState implements WriterMember {
  readonly writer: LaneWriter;
  readonly context: EngineContext;
  /** Has a destination looked at soon: it may have something to read, to seal or to send. */
  readonly onReady: (destination: DestinationState) => void;
  readonly destinations = new Map<string, DestinationState>();
  readonly #byTag = new Map<string, DestinationState>();
  readonly #changed = new Set<DestinationState>();
  /** Attempts made before a restart, by batch id, until the batch is met. */
  readonly earlierTries = new Map<string, readonly [attempts: number, failures: number]>();
  /** Counts of destinations that were forgotten. */
  gone: Ledger = sumLedgers([]);
  #nextNumber = 1;

  constructor(writer: LaneWriter, context: EngineContext, onReady: (destination: DestinationState) => void) {
    this.writer = writer;
    this.context = context;
    this.onReady = onReady;
  }

  /** Number of the lane. */
  get number(): number {
    return this.writer.lane.number;
  }

  /** The state of a destination, made when it is met first. */
  destination(name: string): DestinationState {
    return this.destinations.get(name) ?? this.#meet(name);
  }

  /** A destination by the tag that its ids have. */
  byTag(tag: string): DestinationState | undefined {
    return this.#byTag.get(tag);
  }

  /** Number of the next batch that is sealed. */
  takeNumber(): number {
    this.#nextNumber += 1;
    return this.#nextNumber - 1;
  }

  /** A batch of this number is there from before a restart. */
  knowNumber(number: number): void {
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
  }

  /**
   * Id of a batch, from the position of its first line and the batch token under which it was
   * sealed or, for a unit, appended.
   */
  batchId({ tag }: DestinationState, position: number, token = this.writer.lane.token): string {
    return `${token}-${this.context.log}-${tag}-${position}`;
  }

  /** All state whose whole key begins with `prefix`, page by page. */
  async *scan(prefix: string): AsyncGenerator<readonly [key: string, value: string]> {
    let after: string | undefined;
    for (;;) {
      const page = await this.writer.lane.scan(prefix, after, PAGE);
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1)?.[0];
    }
  }

  /**
   * Removes everything of a destination, and adds its counts to those of the destinations that are
   * gone. False, and nothing is done, when it has unsettled lines by the time its state is listed.
   */
  async forget(destination: DestinationState): Promise<boolean> {
    const { name, nameText, queue, deadQueue, account, tag } = destination;
    const keys: string[] = [];
    for (const kind of OF_DESTINATION) {
      for await (const [key] of this.scan(this.stateKey(`${PREFIX[kind]}${nameText}/`))) keys.push(key);
    }
    if (!destination.idle || destination.forgetting !== undefined) return false;
    for (const key of keys) this.part().put.set(key, null);
    this.#changed.delete(destination);
    account.forget();
    this.#addGone(destination);
    this.put(PREFIX.tally + nameText, null);
    this.part().remove.push(queue, deadQueue);
    // Until the store has none of it, what is appended to it waits: one write cannot do both.
    destination.forgetting = this.writer.written().then(() => {
      this.destinations.delete(name);
      this.#byTag.delete(tag);
    });
    await destination.forgetting;
    return true;
  }

  #addGone({ ledger }: DestinationState): void {
    const { batches } = ledger;
    // Letters that are left go with it.
    const expired = { ...batches, dead: 0, expired: batches.expired + batches.dead };
    const last = { ...ledger, dead: 0, expired: ledger.expired + ledger.dead, batches: expired };
    this.gone = sumLedgers([this.gone, last]);
    this.put(PREFIX.gone, JSON.stringify(this.gone));
  }

  /** The write that is being gathered. */
  part(): WritePart {
    return this.writer.part(this);
  }

  /** Puts a value of this engine's state; null deletes. */
  put(key: string, value: string | null): void {
    const part = this.part();
    part.put.set(this.stateKey(key), value);
    part.bytes += key.length + (value?.length ?? 0);
  }

  stateKey(key: string): string {
    return `${this.context.log}/${key}`;
  }

  /** The destination's counts, or which of its entries are over, are in the next write. */
  counted(destination: DestinationState): void {
    this.#changed.add(destination);
    this.part();
  }

  beforeWrite(part: WritePart): void {
    for (const destination of this.#changed) {
      const { nameText, positions } = destination;
      const { put, over } = positions.takeChanges();
      for (const [suffix, value] of put) part.put.set(this.stateKey(`${PREFIX.settled}${nameText}/${suffix}`), value);
      part.over.push(...over);
      part.put.set(this.stateKey(PREFIX.tally + nameText), encodeTally(destination));
    }
    this.#changed.clear();
  }

  #meet(name: string): DestinationState {
    const { settings, window, log } = this.context;
    const { concurrencyOf, endpointOf, paused, policyOf, orderingOf, unit } = settings;
    const nameText = JSON.stringify(name);
    const { queues } = this.writer.lane;
    const extent = queues.get(queueName(log, nameText)) ?? { first: 0, end: 0, bytes: 0 };
    const destination: DestinationState = new DestinationState({
      log,
      name,
      batcher: unit ? undefined : new Batcher({ policy: (key) => policyOf(name, key), ordering: orderingOf(name) }),
      concurrency: new ConcurrencyLimit(concurrencyOf(name)),
      gates: [gateName.destination(name, '', ''), gateName.endpoint(name, '', endpointOf(name))],
      paused: paused(name),
      account: window.account(() => this.onReady(destination), unit),
      ...extent,
    });
    this.destinations.set(name, destination);
    this.#byTag.set(destinationTag(name), destination);
    return destination;
  }
}
