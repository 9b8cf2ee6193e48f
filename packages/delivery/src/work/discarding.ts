/**
 * Ends what a destination holds without sending it, in slices beside other work. What is in flight
 * lands as it does; a batch of it that would be sent again is discarded then.
 */
import type { LaneEngine } from '../lane-engine.ts';
import type { Place } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';
import type { Shipment } from '../state/shipment.ts';
import type { DeadLetterBox } from './dead-letter-box.ts';
import type { Sealing } from './sealing.ts';

/** Waiting entries that are discarded in one write. */
const SLICE = 8_192;

/** Resolves when nothing is left but what is in flight. */
export async function discard(lane: LaneEngine, destination: DestinationState): Promise<void> {
  const { writer } = lane.state;
  destination.discarding = true;
  await writer.flushed();
  writer.together(() => discardWindow(lane, destination));
  while (destination.isBehind) {
    const from = destination.next;
    const to = Math.min(destination.end, from + SLICE);
    writer.together(() => discardWaiting(lane, destination, from, to));
    await writer.written();
  }
  // Nothing of it waits any more: the bytes that were counted entry by entry and those of whole
  // slices add up again.
  destination.allOver();
  lane.state.counted(destination);
  await writer.written();
}

function discardWaiting({ state }: LaneEngine, destination: DestinationState, from: number, to: number): void {
  const lines = destination.overUnread(from, to);
  destination.tally.discarded += lines;
  state.counted(destination);
  state.onReady(destination);
}

/** Open groups, held lines and sealed batches. */
function discardWindow(lane: LaneEngine, destination: DestinationState): void {
  const { batcher } = destination;
  const settled: Place[] = [];
  for (const batch of batcher?.drain() ?? []) {
    settled.push(...batch.lines);
    batcher?.settle(batch);
  }
  destination.over(settled);
  destination.tally.discarded += settled.length;
  for (const shipment of [...destination.shipments()]) {
    if (shipment.state === 'waiting' || shipment.state === 'ready') discardShipment(lane, shipment);
  }
  lane.state.counted(destination);
}

/** Ends a sealed batch that is not in flight. */
export function discardShipment(
  { sealing, deadLetters }: { readonly sealing: Sealing; readonly deadLetters: DeadLetterBox },
  shipment: Shipment,
): void {
  const { destination, lines } = shipment;
  destination.tally.discarded += lines.length;
  deadLetters.arrived(shipment);
  sealing.finish(shipment);
}
