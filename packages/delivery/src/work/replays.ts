/**
 * Dead letters on their way again: a replay is a sealed batch with a sequence of now, under the id
 * it always had.
 */
import type { LaneEngine } from '../lane-engine.ts';
import { decodeEntry, type Place } from '../line.ts';
import type { OutgoingLine } from '../outcome.ts';
import type { DestinationState } from '../state/destination.ts';
import type { Letter } from '../state/records.ts';
import { newShipment, type Shipment } from '../state/shipment.ts';
import { placeOf } from './reader.ts';

/** Sends a dead letter again, behind what waits under its key. */
export async function replay(lane: LaneEngine, destination: DestinationState, letter: Letter): Promise<void> {
  const again = { ...letter, replays: letter.replays + 1 };
  const lines = await readLines(lane, destination, letter);
  lane.state.writer.together(() => {
    const shipment = shipmentOf(destination, again, lines, lane.state.takeNumber(), 'new');
    lane.deadLetters.raise(destination, letter);
    lane.sealing.register.add(shipment);
    lane.sealing.putManifest(shipment);
    destination.enqueue(shipment);
    lane.state.onReady(destination);
  });
}

/** The shipment of a replay that was sealed before a restart. */
export async function replayShipment(
  lane: LaneEngine,
  destination: DestinationState,
  letter: Letter,
  number: number,
): Promise<Shipment> {
  return shipmentOf(destination, letter, await readLines(lane, destination, letter), number, 'restored');
}

interface ReadLine {
  readonly place: Place;
  readonly text: OutgoingLine;
}

async function readLines(
  { state }: LaneEngine,
  { deadQueue }: DestinationState,
  { first, size }: Letter,
): Promise<ReadLine[]> {
  const positions = Array.from({ length: size }, (_, index) => first + index);
  const entries = await state.writer.lane.readAt(deadQueue, positions);
  return entries.map(({ text: entry, position }) => {
    const where = () => `position ${position} of queue ${deadQueue} in lane ${state.number}`;
    const { key, text } = decodeEntry(entry, where);
    return { place: placeOf(key, text, position, Buffer.byteLength(entry)), text };
  });
}

function shipmentOf(
  destination: DestinationState,
  letter: Letter,
  read: readonly ReadLine[],
  number: number,
  how: 'new' | 'restored',
): Shipment {
  const { id, key, bytes, sealReason: reason, openedAt, sealedAt, attempts } = letter;
  for (const { place, text } of read) {
    destination.account.takePlace();
    if (!destination.account.hasTextRoom(place.bytes)) continue;
    place.text = text;
    destination.account.takeText(place.bytes);
  }
  const lines = read.map(({ place }) => place);
  const { batcher } = destination;
  const given = { key, lines, bytes, openedAt };
  const batch = how === 'new' ? batcher?.replay(given) : batcher?.restoreReplay({ ...given, reason });
  const orderKey = batch === undefined ? (read[0]?.text.subject ?? key) : key;
  const times = { openedAt, sealedAt, attempts };
  return newShipment({
    id,
    number,
    destination,
    key,
    orderKey,
    lines,
    bytes,
    reason,
    express: false,
    ...times,
    batch,
    letter,
  });
}
