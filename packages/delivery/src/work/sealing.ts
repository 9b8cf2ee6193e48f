/**
 * Makes shipments of sealed batches, with manifests that are durable before anything is sent, and
 * ends them.
 */
import type { Batch, SealReason } from '@batchfeed/batcher';
import type { Place } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';
import type { LaneState } from '../state/lane-state.ts';
import { encodeManifest, manifestKey, PREFIX } from '../state/records.ts';
import { newShipment, type Shipment } from '../state/shipment.ts';
import { ShipmentRegister } from '../state/shipment-register.ts';

export class Sealing {
  readonly #lane: LaneState;
  readonly register = new ShipmentRegister();

  constructor(lane: LaneState) {
    this.#lane = lane;
  }

  /** Sends batches on their way, in order of sealing. */
  seal(destination: DestinationState, batches: readonly Batch<Place>[]): void {
    for (const batch of batches) {
      const shipment = this.#shipmentOf(destination, batch);
      this.register.add(shipment);
      countSealed(destination, batch, shipment.reason);
      this.#lane.counted(destination);
      this.putManifest(shipment);
      this.#tell(shipment, batch);
      destination.enqueue(shipment);
    }
    if (batches.length > 0) this.#lane.onReady(destination);
  }

  /**
   * Sends one line on its way as a batch of its own, without a manifest: its entry is all there is
   * to know.
   */
  sealUnit(destination: DestinationState, line: Place, orderKey: string, openedAt: number, token: string): void {
    const id = this.#lane.batchId(destination, line.position, token);
    const { sealed } = destination.tally.batches;
    sealed.lines = (sealed.lines ?? 0) + 1;
    const given = { id, number: line.position, destination, key: line.key, orderKey, lines: [line] };
    const times = { openedAt, sealedAt: this.#lane.context.settings.clock.now() };
    const rest = { bytes: line.bytes, reason: 'lines', express: false, batch: undefined, letter: undefined } as const;
    destination.enqueue(newShipment({ ...given, ...times, ...rest, ...this.#earlierTries(id) }));
  }

  /** Writes a batch's manifest and holds the batch back until that is durable. */
  putManifest(shipment: Shipment): void {
    const { destination } = shipment;
    this.#lane.put(manifestKey(shipment), encodeManifest(shipment));
    shipment.writes += 1;
    destination.unwritten += 1;
    this.#lane.part().callbacks.push(() => {
      shipment.writes -= 1;
      destination.unwritten -= 1;
      destination.consider(shipment);
      this.#lane.onReady(destination);
    });
  }

  /** Drops what the store keeps of a batch beside its lines. */
  forget(shipment: Shipment): void {
    if (shipment.batch !== undefined || shipment.letter !== undefined) this.#lane.put(manifestKey(shipment), null);
    if (shipment.attempts > 1) this.#lane.put(PREFIX.tries + shipment.id, null);
  }

  /**
   * The end of a batch: its lines leave the window, and what waited for it goes on. A death that a
   * crash forgets is undone, and the batch would arrive for the first time after its followers had:
   * so they wait until it is durable. A delivery that is forgotten is repeated, and what came after
   * it too.
   */
  finish(shipment: Shipment, followers: 'at once' | 'when durable' = 'at once'): void {
    const { destination, batch, letter } = shipment;
    this.forget(shipment);
    if (letter === undefined) destination.over(shipment.lines);
    else this.#giveBack(destination, shipment.lines);
    this.#lane.counted(destination);
    const next = destination.finish(shipment);
    const isLast = this.register.remove(shipment);
    const release = () => {
      if (next !== undefined) destination.consider(next);
      if (isLast && batch !== undefined) this.#settle(destination, batch);
      this.#lane.onReady(destination);
    };
    if (followers === 'at once') {
      release();
      return;
    }
    if (next !== undefined) next.writes += 1;
    this.#lane.part().callbacks.push(() => {
      if (next !== undefined) next.writes -= 1;
      release();
    });
  }

  #settle(destination: DestinationState, batch: Batch<Place>): void {
    for (const freed of destination.batcher?.settle(batch) ?? []) {
      for (const shipment of this.register.of(freed)) destination.consider(shipment);
    }
  }

  /** The lines of a replay are in the window, but no entries of its queue. */
  #giveBack(destination: DestinationState, lines: readonly Place[]): void {
    const texts = lines.filter(({ text }) => text !== undefined);
    const textBytes = texts.reduce((sum, { bytes }) => sum + bytes, 0);
    destination.account.give(lines.length, texts.length, textBytes);
  }

  #shipmentOf(destination: DestinationState, batch: Batch<Place>): Shipment {
    const { key, lines, bytes, openedAt, express, reason = 'drain' } = batch;
    const id = this.#lane.batchId(destination, lines[0]?.position ?? 0);
    const number = this.#lane.takeNumber();
    const sealedAt = this.#lane.context.settings.clock.now();
    const given = { id, number, destination, key, orderKey: key, lines, bytes, reason, express, openedAt, sealedAt };
    return newShipment({ ...given, batch, letter: undefined });
  }

  #earlierTries(id: string): { attempts?: number; failures?: number } {
    const { earlierTries } = this.#lane;
    const tries = earlierTries.size === 0 ? undefined : earlierTries.get(id);
    if (tries === undefined) return {};
    earlierTries.delete(id);
    return { attempts: tries[0], failures: tries[1] };
  }

  #tell({ id, destination, key, reason, lines, bytes, sealedAt, express }: Shipment, batch: Batch<Place>): void {
    this.#lane.context.settings.emit({
      type: 'sealed',
      destination: destination.name,
      key,
      batch: id,
      reason,
      lines: lines.length,
      maxLines: batch.policy.maxLines,
      bytes,
      ageMs: sealedAt - batch.oldestAt,
      express,
    });
  }
}

function countSealed({ tally }: DestinationState, { lines, policy }: Batch<Place>, reason: SealReason): void {
  const { batches, sealedLines, sealedLimits } = tally;
  batches.sealed[reason] = (batches.sealed[reason] ?? 0) + 1;
  sealedLines[reason] = (sealedLines[reason] ?? 0) + lines.length;
  sealedLimits[reason] = (sealedLimits[reason] ?? 0) + policy.maxLines;
}
