import type { Batch } from '@batchfeed/batcher';
import type { Place } from '../line.ts';
import type { Shipment } from './shipment.ts';

/** The shipments that each batch of the batchers became: one, or the parts it was split into. */
export class ShipmentRegister {
  readonly #shipments = new Map<Batch<Place>, Shipment[]>();

  /** The shipments of a batch that are not over. */
  of(batch: Batch<Place>): readonly Shipment[] {
    return this.#shipments.get(batch) ?? [];
  }

  add(shipment: Shipment): void {
    const { batch } = shipment;
    if (batch === undefined) return;
    const siblings = this.#shipments.get(batch);
    if (siblings === undefined) this.#shipments.set(batch, [shipment]);
    else siblings.push(shipment);
  }

  /** Knows a shipment no longer; true when it was the last of its batch. */
  remove(shipment: Shipment): boolean {
    const { batch } = shipment;
    if (batch === undefined) return false;
    const left = this.of(batch).filter((other) => other !== shipment);
    if (left.length > 0) this.#shipments.set(batch, left);
    else this.#shipments.delete(batch);
    return left.length === 0;
  }
}
