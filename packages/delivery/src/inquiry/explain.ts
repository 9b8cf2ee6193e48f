/**
 * Says where a line, a key or a batch is, why it was sealed, what it waits for and until when.
 * Reads only; nothing is kept for it.
 */
import type { Batch, Held } from '@batchfeed/batcher';
import { type GateScope, gateName } from '../base/gates.ts';
import type { LaneEngine } from '../lane-engine.ts';
import type { Place } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';
import type { Shipment } from '../state/shipment.ts';
import type { Explanation, OpenGroup, Wait } from './explanation.ts';

/** Held lines of a key that are listed one by one. */
const MOST_HELD = 100;

/** Everything unsettled of a key that is in the window, in the order in which it will be sent. */
export function explainKey(lane: LaneEngine, destination: DestinationState, key: string): Explanation[] {
  const found: Explanation[] = [];
  // Where each line is a batch, order keys are subjects, and a key is looked for among all.
  const queued = destination.batcher === undefined ? destination.shipments() : destination.queued(key);
  for (const shipment of queued) if (shipment.key === key) found.push(explainShipment(lane, shipment));
  const { batcher } = destination;
  if (batcher === undefined) return found;
  for (const group of batcher.openGroups()) if (group.key === key) found.push(explainOpen(destination, group));
  let held = 0;
  for (const one of batcher.held()) {
    if (one.line.key !== key || held >= MOST_HELD) continue;
    found.push(explainHeld(destination, one));
    held += 1;
  }
  return found;
}

/** What each open group of a destination holds. */
export function openGroups({ name, batcher }: DestinationState): OpenGroup[] {
  const groups: OpenGroup[] = [];
  for (const { key, lines, bytes, openedAt, express } of batcher?.openGroups() ?? []) {
    groups.push({ destination: name, key, lines: lines.length, bytes, openedAt, express });
  }
  return groups;
}

/**
 * Everything in the window that holds a line of a subject: its batches in the order of sealing, its
 * open groups, its held lines.
 */
export function explainSubject(lane: LaneEngine, destination: DestinationState, subject: number): Explanation[] {
  const isOf = (line: Place) => line.subject === subject;
  return explainLines(lane, destination, isOf);
}

/** Where the line at a position is. */
export function explainPosition(lane: LaneEngine, destination: DestinationState, position: number): Explanation {
  const { name, next, end, positions } = destination;
  if (position >= end) return { state: 'unknown' };
  if (positions.has(position)) return { state: 'over' };
  if (position >= next) return { state: 'waiting', destination: name, position, before: position - positions.count };
  const [found] = explainLines(lane, destination, (line) => line.position === position);
  return found ?? { state: 'unknown' };
}

function explainLines(lane: LaneEngine, destination: DestinationState, isOf: (line: Place) => boolean): Explanation[] {
  const found: Explanation[] = [...destination.shipments()]
    .filter(({ lines, letter }) => letter === undefined && lines.some(isOf))
    .sort((one, other) => one.number - other.number)
    .map((shipment) => explainShipment(lane, shipment));
  const { batcher } = destination;
  if (batcher === undefined) return found;
  for (const group of batcher.openGroups()) if (group.lines.some(isOf)) found.push(explainOpen(destination, group));
  for (const held of batcher.held()) if (isOf(held.line)) found.push(explainHeld(destination, held));
  return found;
}

function explainOpen({ name, batcher }: DestinationState, group: Batch<Place>): Explanation {
  const { key, lines, bytes, openedAt, express } = group;
  const dueAt = batcher?.dueAtOf(group) ?? openedAt + group.policy.maxAgeMs;
  return { state: 'open', destination: name, key, lines: lines.length, bytes, openedAt, dueAt, express };
}

function explainHeld({ name }: DestinationState, { line, at, blockers, express, until }: Held<Place>): Explanation {
  const { key, bytes } = line;
  const heldFor = blockers.map((group) => ({ key: group.key, lines: group.lines.length }));
  return { state: 'held', destination: name, key, bytes, acceptedAt: at, heldFor, express, until };
}

export function explainShipment(lane: LaneEngine, shipment: Shipment): Explanation {
  const { id, destination, key, lines, bytes, reason, openedAt, sealedAt, attempts, letter, lastAnswer, state } =
    shipment;
  return {
    state: state === 'sending' ? 'in_flight' : 'sealed',
    batch: id,
    destination: destination.name,
    key,
    lines: lines.length,
    bytes,
    reason,
    openedAt,
    sealedAt,
    attempts,
    replay: letter !== undefined,
    lastAnswer,
    waitsFor: state === 'sending' ? [] : waits(lane, shipment),
  };
}

/**
 * What keeps back everything sealed of a destination that is not on its way: nothing while some of
 * it can go.
 */
export function holdUps(lane: LaneEngine, destination: DestinationState): Wait[] {
  if (destination.sealedLines === 0) return [];
  const { settings } = lane.state.context;
  const found = hindrances(lane, destination, ['destination', 'endpoint']);
  if (found.length > 0) return found;
  let until = Number.POSITIVE_INFINITY;
  for (const first of destination.firsts()) {
    if (first.state === 'sending') continue;
    if (first.notBefore <= settings.clock.now()) return [];
    until = Math.min(until, first.notBefore);
  }
  return Number.isFinite(until) ? [{ for: 'retry', until }] : [];
}

/** What keeps a destination, or a key of it, as a whole. */
function hindrances(
  { state }: LaneEngine,
  { name, ignoresDelays, paused, damage }: DestinationState,
  scopes: readonly GateScope[],
  key = '',
): Wait[] {
  const { gates, settings } = state.context;
  const found: Wait[] = [];
  for (const scope of ignoresDelays ? [] : scopes) {
    const until = gates.until([gateName[scope](name, key, settings.endpointOf(name))], settings.clock.now());
    if (until > 0) found.push({ for: 'requested_delay', scope, until });
  }
  if (paused) found.push({ for: 'paused' });
  if (damage !== undefined) found.push({ for: 'repair', reason: damage.message });
  if (settings.downstream?.hasRoomFor(name) === false) found.push({ for: 'downstream' });
  return found;
}

function waits(lane: LaneEngine, shipment: Shipment): Wait[] {
  const { destination, batch, key, orderKey, writes, notBefore } = shipment;
  const { settings } = lane.state.context;
  const found: Wait[] = writes > 0 ? [{ for: 'disk' }] : [];
  for (const blocker of batch === undefined ? [] : (destination.batcher?.blockers(batch) ?? [])) {
    for (const { id } of lane.sealing.register.of(blocker)) found.push({ for: 'batch', batch: id });
  }
  const [first] = destination.queued(orderKey);
  if (first !== undefined && first !== shipment) found.push({ for: 'earlier_batch_of_key', behind: first.id });
  found.push(...hindrances(lane, destination, ['key', 'destination', 'endpoint'], key));
  if (notBefore > settings.clock.now() && found.every((wait) => wait.for !== 'requested_delay')) {
    found.push({ for: 'retry', until: notBefore });
  }
  if (found.length === 0 && destination.inFlight >= destination.concurrency.limit) {
    found.push({ for: 'slot', inFlight: destination.inFlight });
  }
  return found;
}
