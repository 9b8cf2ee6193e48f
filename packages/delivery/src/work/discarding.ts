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

/** Lines that are discarded in one write: some milliseconds of work. */
const SLICE = 8_192;
/** Sealed batches that are. */
const SEALED_SLICE = 1_024;

/** Resolves when nothing is left but what is in flight. */
export async function discard(lane: LaneEngine, destination: DestinationState): Promise<void> {
  const { writer } = lane.state;
  destination.discarding = true;
  await writer.flushed();
  await discardOpen(lane, destination);
  await discardSealed(lane, destination);
  if (destination.damage !== undefined) destination.waitAgain();
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

/** Ends lines behind the window, from the position of the next one that would be read. */
export function discardWaiting({ state }: LaneEngine, destination: DestinationState, from: number, to: number): void {
  const lines = destination.overUnread(from, to);
  destination.tally.discarded += lines;
  state.counted(destination);
  state.onReady(destination);
}

/** Open groups and held lines, about a slice of lines at a time; a large group is cut further. */
async function discardOpen(lane: LaneEngine, destination: DestinationState): Promise<void> {
  const { writer } = lane.state;
  const { batcher } = destination;
  for (let batches = batcher?.drain(SLICE) ?? []; batches.length > 0; batches = batcher?.drain(SLICE) ?? []) {
    const lines = batches.flatMap((batch) => batch.lines);
    // Until its slice a line counts as open.
    destination.dyingLines += lines.length;
    for (const batch of batches) batcher?.settle(batch);
    for (let from = 0; from < lines.length; from += SLICE) {
      writer.together(() => discardLines(lane, destination, lines.slice(from, from + SLICE)));
      await writer.written();
    }
  }
}

function discardLines({ state }: LaneEngine, destination: DestinationState, lines: readonly Place[]): void {
  destination.over(lines);
  destination.dyingLines -= lines.length;
  destination.tally.discarded += lines.length;
  state.counted(destination);
}

/** Sealed batches that are not in flight. */
async function discardSealed(lane: LaneEngine, destination: DestinationState): Promise<void> {
  const { writer } = lane.state;
  const shipments = [...destination.shipments()];
  for (let from = 0; from < shipments.length; from += SEALED_SLICE) {
    writer.together(() => {
      for (const shipment of shipments.slice(from, from + SEALED_SLICE)) {
        if (shipment.state === 'waiting' || shipment.state === 'ready') discardShipment(lane, shipment);
      }
    });
    await writer.written();
  }
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
