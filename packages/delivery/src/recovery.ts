/**
 * Brings a lane back to where its store says it was.
 *
 * Order matters: first the batches that were sealed, in their order; then all entries in theirs, sealed and open alike, so that
 * every line finds the same neighbours it had. Nothing is sent until all of that is done.
 */

import { LINE_OVERHEAD_BYTES } from './budget.ts';
import { DeliveryError } from './delivery-error.ts';
import type { LaneEngine } from './lane-engine.ts';
import { readTally } from './ledger.ts';
import { decodeEntry } from './line.ts';
import { type DeadRecord, decodeManifest, PREFIX } from './records.ts';
import { CHUNK_PREFIX } from './settled-positions.ts';
import { newShipment, type Shipment } from './shipment.ts';

const PAGE = 500;
const READ_BYTES = 1024 * 1024;

export async function recover(lane: LaneEngine): Promise<void> {
  const { clock, retry } = lane.context.settings;
  for await (const [key, value] of states(lane, CHUNK_PREFIX)) lane.positions.restore(key, value);
  for await (const [key, value] of states(lane, PREFIX.tally)) {
    lane.destination(JSON.parse(key.slice(PREFIX.tally.length)) as string).tally = readTally(value);
  }
  for await (const [key, value] of states(lane, PREFIX.tries)) {
    lane.earlierTries.set(key.slice(PREFIX.tries.length), JSON.parse(value) as [number, number]);
  }
  lane.deadLetters.next = Number((await lane.lane.get(PREFIX.nextDead)) ?? 1);
  const sealed = await recoverBatches(lane);
  await recoverLines(lane, sealed);
  for await (const [key, value] of states(lane, PREFIX.replay)) recoverReplay(lane, key, value);
  for await (const [key, value] of states(lane, PREFIX.gate)) {
    // A gate from before the clock was set back must not hold for longer than any gate may.
    const until = Math.min(Number(value), clock.now() + retry.maxDelayMs);
    if (until > clock.now()) lane.context.gates.set(key.slice(PREFIX.gate.length), until);
  }
  compareCounts(lane);
  lane.start();
}

/** Takes the sealed batches back, still empty, and returns them by the positions of their lines. */
async function recoverBatches(lane: LaneEngine): Promise<Map<number, Shipment>> {
  const byPosition = new Map<number, Shipment>();
  const byNumber = new Map<number, Shipment[]>();
  for await (const [key, value] of states(lane, PREFIX.batch)) {
    const manifest = decodeManifest(key, value);
    const destination = lane.destination(manifest.destination);
    const after = manifest.after.flatMap((number) => byNumber.get(number) ?? []).flatMap(({ batch }) => batch ?? []);
    const batch = destination.batcher.restore({ ...manifest, after });
    const [attempts, failures] = lane.earlierTries.get(manifest.id) ?? [0, 0];
    // The batch's own array, which the lines come into as they are read.
    const { lines } = batch;
    const shipment = newShipment({ ...manifest, destination, batch, lines, stored: 'manifest', attempts, failures });
    const parts = byNumber.get(manifest.number);
    if (parts === undefined) byNumber.set(manifest.number, [shipment]);
    else parts.push(shipment);
    for (const position of manifest.positions) byPosition.set(position, shipment);
    lane.nextBatch = Math.max(lane.nextBatch, manifest.number + 1);
    lane.track(shipment);
    destination.enqueue(shipment);
  }
  return byPosition;
}

async function recoverLines(lane: LaneEngine, sealed: Map<number, Shipment>): Promise<void> {
  const now = lane.context.settings.clock.now();
  let from = lane.positions.lowWater;
  for (;;) {
    const entries = await lane.lane.read(from, READ_BYTES);
    if (entries.length === 0) break;
    for (const { position, text } of entries) {
      from = position + 1;
      if (lane.positions.has(position)) continue;
      const { destination: name, line } = decodeEntry(text, position);
      const destination = lane.destination(name);
      destination.account.take(line.bytes + LINE_OVERHEAD_BYTES);
      const batch = sealed.get(position)?.batch;
      if (batch === undefined) {
        // A wall clock set back since must not make the line younger than new ones.
        lane.admit(destination, line.acceptedAt > now ? { ...line, acceptedAt: now } : line);
        continue;
      }
      sealed.delete(position);
      destination.sealedLines += 1;
      destination.batcher.restoreLine(batch, line);
    }
  }
  const [missing] = sealed.keys();
  if (missing !== undefined) {
    throw new DeliveryError(
      'STORE_CORRUPT',
      `The entry at position ${missing} of log "${lane.lane.log}" is missing, though a batch needs it.`,
    );
  }
}

function recoverReplay(lane: LaneEngine, key: string, value: string): void {
  const record = JSON.parse(value) as DeadRecord;
  const number = Number(key.slice(PREFIX.replay.length));
  lane.nextBatch = Math.max(lane.nextBatch, number + 1);
  const shipment = lane.deadLetters.shipment(record, number);
  const [attempts, failures] = lane.earlierTries.get(record.id) ?? [shipment.attempts, 0];
  Object.assign(shipment, { attempts, failures });
  lane.destination(record.destination).enqueue(shipment);
}

/** The counts were written with what they count; a difference means that the store lost or gained something. */
function compareCounts(lane: LaneEngine): void {
  for (const destination of lane.destinations.values()) {
    const { accepted, delivered, dead, expired } = destination.tally;
    const { open, sealed } = destination.ledger;
    const found = delivered + dead + expired + open + sealed;
    if (accepted === found) continue;
    lane.context.settings.emit({ type: 'ledger_mismatch', destination: destination.name, accepted, found });
  }
}

/** All state under a prefix, page by page. */
async function* states(lane: LaneEngine, prefix: string): AsyncGenerator<readonly [key: string, value: string]> {
  let after: string | undefined;
  for (;;) {
    const page = await lane.lane.scan(prefix, after, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.[0];
  }
}
