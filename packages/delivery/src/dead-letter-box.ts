import { LINE_OVERHEAD_BYTES } from './budget.ts';
import { type DeadLetter, deadRef } from './dead-letters.ts';
import type { DestinationState } from './destination.ts';
import type { LaneEngine } from './lane-engine.ts';
import type { HeldLine } from './line.ts';
import type { Rejected, Retry } from './outcome.ts';
import { contentsOf, type DeadRecord, linesOf, numbered, PREFIX } from './records.ts';
import { newShipment, type Shipment } from './shipment.ts';

/** How a dead letter leaves, until that is durable. */
export type Leaving = 'replayed' | 'expired';

/** Dead letters read at a time to be thrown away; each may be as large as a batch. */
const EXPIRY_PAGE = 10;

/** A lane's dead letters: batches that ended without arriving, kept with their lines until somebody replays them. */
export class DeadLetterBox {
  readonly #lane: LaneEngine;
  /** Number of the next dead letter. */
  next = 1;

  constructor(lane: LaneEngine) {
    this.#lane = lane;
  }

  /** Ends a batch as a dead letter. */
  bury(shipment: Shipment, outcome: Pick<Rejected | Retry, 'reason' | 'status' | 'excerpt'>): void {
    const { id, key, bytes, attempts, openedAt, sealedAt, replays, lines } = shipment;
    const { reason, status, excerpt } = outcome;
    this.#put(shipment.destination, lines, {
      id,
      key,
      reason,
      status,
      excerpt,
      attempts,
      sealReason: shipment.reason,
      bytes,
      openedAt,
      sealedAt,
      replays,
    });
    this.#lane.holdFollowers(shipment);
    this.#lane.finish(shipment);
  }

  /** A line that can be in no batch becomes a dead letter of its own. */
  buryLine(destination: DestinationState, line: HeldLine, reason: string): void {
    const id = line.position >= 0 ? this.#lane.batchId(line.position) : `${this.#lane.batchId(0)}-refused-${this.next}`;
    this.#put(destination, [line], {
      id,
      key: line.key,
      reason,
      status: undefined,
      excerpt: undefined,
      attempts: 0,
      sealReason: 'bytes',
      bytes: line.bytes,
      openedAt: line.acceptedAt,
      sealedAt: this.#lane.context.settings.clock.now(),
      replays: 0,
    });
  }

  /** Sends a dead letter again, behind what waits under its key. */
  replay(record: DeadRecord): void {
    const lane = this.#lane;
    const { put } = lane.context.journal.part(lane);
    const destination = lane.destination(record.destination);
    const again = { ...record, replays: record.replays + 1 };
    const number = lane.nextBatch;
    lane.nextBatch += 1;
    put.set(numbered(PREFIX.dead, record.number), null);
    put.set(numbered(PREFIX.replay, number), JSON.stringify(again));
    destination.tally.dead -= record.size;
    destination.tally.batches.dead -= 1;
    destination.tally.replayed += record.size;
    lane.counted(destination);
    destination.enqueue(this.shipment(again, number));
    lane.dispatch.pump(destination);
  }

  /**
   * Throws away what died before a time of the next few behind `after`, but for what is leaving already. Returns how many, once that is durable,
   * and behind which to go on; undefined when there are no more as old as that.
   */
  async expire(before: number, leaving: Map<string, Leaving>, after: string | undefined) {
    const { journal } = this.#lane.context;
    const page = await this.#lane.lane.scan(PREFIX.dead, after, EXPIRY_PAGE);
    const records = page.map(([, value]) => JSON.parse(value) as DeadRecord);
    const old = records.filter(({ ref, diedAt }) => diedAt < before && !leaving.has(ref));
    for (const record of old) {
      leaving.set(record.ref, 'expired');
      this.#expire(record);
    }
    await journal.written().finally(() => {
      for (const { ref } of old) leaving.delete(ref);
    });
    // They lie in order of dying.
    const isLast = page.length < EXPIRY_PAGE || records.some(({ diedAt }) => diedAt >= before);
    return { expired: old.length, after: isLast ? undefined : page.at(-1)?.[0] };
  }

  #expire({ number, destination: name, size: lines, key, id: batch, diedAt }: DeadRecord): void {
    const { journal, settings } = this.#lane.context;
    const destination = this.#lane.destination(name);
    const { tally } = destination;
    journal.part(this.#lane).put.set(numbered(PREFIX.dead, number), null);
    tally.dead -= lines;
    tally.batches.dead -= 1;
    tally.expired += lines;
    tally.batches.expired += 1;
    this.#lane.counted(destination);
    settings.emit({ type: 'expired', destination: name, key, batch, lines, diedAt });
  }

  /** The shipment of a replayed dead letter; takes the memory of its lines. */
  shipment(record: DeadRecord, number: number): Shipment {
    const { id, key, bytes, sealReason: reason, openedAt, sealedAt, attempts, replays } = record;
    const lines = linesOf(record);
    const destination = this.#lane.destination(record.destination);
    for (const line of lines) destination.account.take(line.bytes + LINE_OVERHEAD_BYTES);
    const rest = { key, bytes, reason, openedAt, sealedAt, attempts, replays };
    return newShipment({ id, number, destination, lines, batch: undefined, stored: 'record', ...rest });
  }

  #put(
    destination: DestinationState,
    lines: readonly HeldLine[],
    letter: Omit<DeadLetter, 'ref' | 'destination' | 'size' | 'diedAt'>,
  ): void {
    const { context, lane } = this.#lane;
    const number = this.next;
    this.next += 1;
    const record: DeadRecord = {
      ref: deadRef(lane.lane, number),
      number,
      destination: destination.name,
      size: lines.length,
      diedAt: context.settings.clock.now(),
      ...letter,
      contents: contentsOf(lines),
    };
    const { put } = context.journal.part(this.#lane);
    put.set(numbered(PREFIX.dead, number), JSON.stringify(record));
    put.set(PREFIX.nextDead, String(this.next));
    destination.tally.dead += lines.length;
    destination.tally.batches.dead += 1;
    this.#lane.counted(destination);
    const { id: batch, key, reason } = letter;
    context.settings.emit({ type: 'dead', destination: destination.name, key, batch, lines: lines.length, reason });
  }
}
