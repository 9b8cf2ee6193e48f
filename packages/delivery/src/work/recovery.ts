/**
 * Brings a lane back to where its store says it was.
 *
 * Order matters: first what is settled and counted, then the batches that were sealed, in their
 * order, then the lines up to the last sealed one, sealed and open alike, in the order of their
 * acceptance: so every line finds the neighbours it had. What lies behind waits on disk, and is
 * read like any backlog. Nothing is sent until all of that is done.
 */
import type { Batch } from '@batchfeed/batcher';
import { DeliveryError } from '../delivery-error.ts';
import type { LaneEngine } from '../lane-engine.ts';
import { type Ledger, sumLedgers } from '../ledger.ts';
import type { Place } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';
import {
  deadQueueName,
  decodeManifest,
  decodeTally,
  destinationOfQueue,
  type Letter,
  type Manifest,
  PREFIX,
  splitDestination,
} from '../state/records.ts';
import { newShipment, type Shipment } from '../state/shipment.ts';
import { arrivalOf } from './reader.ts';
import { replayShipment } from './replays.ts';

const READ_BYTES = 1024 * 1024;

/**
 * Where a sealed line belongs: its batch, and its place among the lines of the shipment, which have
 * to stay in their order.
 */
interface Slot {
  readonly batch: Batch<Place>;
  readonly lines: Place[];
  readonly index: number;
}

/** The sealed lines of one destination that are still on disk, by position. */
interface Recovered {
  readonly slots: Map<number, Slot>;
  /** The highest position. */
  last: number;
}

export async function recover(lane: LaneEngine): Promise<void> {
  const { state } = lane;
  const { clock, retry } = state.context.settings;
  for (const queue of state.writer.lane.queues.keys()) {
    const name = destinationOfQueue(state.context.log, queue);
    if (name !== undefined) state.destination(name);
  }
  for await (const [rest, value] of states(lane, PREFIX.tally)) {
    const { tally, low, overBytes } = decodeTally(value);
    state.destination(JSON.parse(rest) as string).restore(tally, low, overBytes);
  }
  for await (const [rest, value] of states(lane, PREFIX.settled)) {
    const { name, rest: chunk } = splitDestination(rest);
    state.destination(name).positions.restore(chunk, value);
  }
  for await (const [rest, value] of states(lane, PREFIX.tries)) {
    state.earlierTries.set(rest, JSON.parse(value) as [number, number]);
  }
  const gone = await state.writer.lane.get(state.stateKey(PREFIX.gone));
  if (gone !== undefined) state.gone = sumLedgers([JSON.parse(gone) as Ledger]);
  await recoverLetters(lane);
  for (const destination of state.destinations.values()) {
    destination.waiting = destination.end - destination.positions.count;
  }
  await recoverBatches(lane);
  for await (const [rest, value] of states(lane, PREFIX.gate)) {
    // A gate from before the clock was set back must not hold for longer than any gate may.
    const until = Math.min(Number(value), clock.now() + retry.maxDelayMs);
    if (until > clock.now()) state.context.gates.set(rest, until);
    else state.put(PREFIX.gate + rest, null);
  }
  compareCounts(lane);
}

/**
 * Takes back which letters there are, and drops copies among the dead that a crash left without a
 * letter.
 */
async function recoverLetters(lane: LaneEngine): Promise<void> {
  const { state, overtaken } = lane;
  const letters = new Map<DestinationState, Letter[]>();
  const keep = (letter: Letter) => {
    const destination = state.destination(letter.destination);
    overtaken.follow(destination, letter.subjects);
    const known = letters.get(destination);
    if (known === undefined) letters.set(destination, [letter]);
    else known.push(letter);
  };
  for await (const [, value] of states(lane, PREFIX.dead)) keep(JSON.parse(value) as Letter);
  for await (const [rest, value] of states(lane, PREFIX.batch)) {
    const { letter } = decodeManifest(rest, value);
    if (letter !== undefined) keep(letter);
  }
  for await (const [rest] of states(lane, PREFIX.later)) overtaken.restoreLater(rest);
  for (const destination of state.destinations.values()) dropOrphans(lane, destination, letters.get(destination) ?? []);
}

function dropOrphans({ state }: LaneEngine, { deadQueue, nameText }: DestinationState, letters: Letter[]): void {
  const extent = state.writer.lane.queues.get(deadQueueName(state.context.log, nameText));
  if (extent === undefined) return;
  let next = extent.first;
  const end = { first: extent.end, size: 0 };
  for (const { first, size } of [...letters.sort((one, other) => one.first - other.first), end]) {
    if (first > next) state.part().over.push({ queue: deadQueue, from: next, to: first });
    next = Math.max(next, first + size);
  }
}

/** Takes the sealed batches back, and then their lines with everything between them. */
async function recoverBatches(lane: LaneEngine): Promise<void> {
  const { state, sealing } = lane;
  const shipments: Shipment[] = [];
  const recovered = new Map<DestinationState, Recovered>();
  for await (const [rest, value] of states(lane, PREFIX.batch)) {
    const manifest = decodeManifest(rest, value);
    const destination = state.destination(manifest.destination);
    state.knowNumber(manifest.number);
    const shipment =
      manifest.letter === undefined
        ? batchShipment(destination, manifest, recovered)
        : await replayShipment(lane, destination, manifest.letter, manifest.number);
    const tries = state.earlierTries.get(manifest.id);
    if (tries !== undefined) [shipment.attempts, shipment.failures] = tries;
    state.earlierTries.delete(manifest.id);
    // Not to be sent before its lines are here and what it waits for is known.
    shipment.writes += 1;
    sealing.register.add(shipment);
    destination.enqueue(shipment, manifest.positions.length);
    shipments.push(shipment);
  }
  for (const [destination, lines] of recovered) {
    await recoverLines(lane, destination, lines).catch((error) => lane.damaged(destination, error));
  }
  for (const shipment of shipments) {
    if (shipment.destination.damage !== undefined) continue;
    shipment.writes -= 1;
    shipment.destination.consider(shipment);
  }
}

function batchShipment(
  destination: DestinationState,
  { id, number, from, key, reason, express, openedAt, sealedAt, bytes, positions }: Manifest,
  recovered: Map<DestinationState, Recovered>,
): Shipment {
  const batch = destination.batcher?.restore({ key, openedAt, bytes, reason, express });
  if (batch === undefined) {
    throw new DeliveryError(
      'STORE_CORRUPT',
      `Batch ${id} was sealed by an engine that groups lines; this one does not.`,
    );
  }
  const found = recovered.get(destination) ?? { slots: new Map<number, Slot>(), last: 0 };
  const lines: Place[] = [];
  positions.forEach((position, index) => {
    found.slots.set(position, { batch, lines, index });
    found.last = Math.max(found.last, position);
  });
  recovered.set(destination, found);
  const given = { id, number, from, destination, key, orderKey: key, lines, bytes, reason, express };
  return newShipment({ ...given, openedAt, sealedAt, batch, letter: undefined });
}

/** Reads a destination's lines up to the last sealed one. */
async function recoverLines(
  lane: LaneEngine,
  destination: DestinationState,
  { slots, last }: Recovered,
): Promise<void> {
  const { state, admission } = lane;
  const { positions, queue } = destination;
  while (destination.next <= last) {
    const entries = await state.writer.lane.read(queue, destination.next, READ_BYTES);
    const wanted = entries.filter(({ position }) => position <= last && !positions.has(position));
    const arrivals = wanted.map((entry) => arrivalOf(state, destination, entry));
    admission.admit(destination, arrivals, (position) => slots.get(position)?.batch);
    for (const { place } of arrivals) {
      const slot = slots.get(place.position);
      if (slot !== undefined) slot.lines[slot.index] = place;
      slots.delete(place.position);
    }
    destination.next = Math.min(last, entries.at(-1)?.position ?? last) + 1;
  }
  const [missing] = slots.keys();
  if (missing === undefined) return;
  throw new DeliveryError(
    'STORE_CORRUPT',
    `The entry at position ${missing} of queue ${queue} in lane ${state.number} is missing, though a batch needs it.`,
  );
}

/**
 * The counts were written with what they count; a difference means that the store lost or gained
 * something.
 */
function compareCounts({ state }: LaneEngine): void {
  for (const destination of state.destinations.values()) {
    const { delivered, dead, expired, discarded } = destination.tally;
    let replayed = 0;
    for (const { letter } of destination.shipments()) replayed += letter?.size ?? 0;
    const found = delivered + dead + expired + discarded + replayed;
    const { count: accepted } = destination.positions;
    if (accepted === found) continue;
    state.context.settings.emit({ type: 'ledger_mismatch', destination: destination.name, accepted, found });
  }
}

/** All of the engine's state under a prefix, without it. */
async function* states(
  { state }: LaneEngine,
  prefix: string,
): AsyncGenerator<readonly [behindPrefix: string, value: string]> {
  const whole = state.stateKey(prefix);
  for await (const [key, value] of state.scan(whole)) yield [key.slice(whole.length), value];
}
