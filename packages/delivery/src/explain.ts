/** Says where a line, a key or a batch is, why it was sealed, what it waits for and until when. Reads only; nothing is kept for it. */
import type { SealReason } from '@batchfeed/batcher';
import type { DeadLetter } from './dead-letters.ts';
import type { DestinationState } from './destination.ts';
import { type GateScope, gateName } from './gates.ts';
import type { LaneEngine } from './lane-engine.ts';
import type { Shipment } from './shipment.ts';

/** What a sealed batch waits for. Times are milliseconds since the epoch. */
export type Wait =
  /** Its manifest is on its way to the disk. */
  | { readonly for: 'disk' }
  /** An older batch holds an earlier line of one of its subjects. */
  | { readonly for: 'batch'; readonly batch: string }
  /** Another batch of its key goes first. */
  | { readonly for: 'turn'; readonly behind: string }
  /** The other side asked to be left alone. */
  | { readonly for: 'gate'; readonly scope: GateScope; readonly until: number }
  /** A failed attempt is repeated then. */
  | { readonly for: 'retry'; readonly until: number }
  /** As many batches as may be are in flight to its destination. */
  | { readonly for: 'place'; readonly inFlight: number }
  /** The destination is paused. */
  | { readonly for: 'resume' }
  /** The engine that takes what its sender forwards has no room. */
  | { readonly for: 'downstream' };

/** A group of lines under one key. */
export interface Group {
  readonly destination: string;
  readonly key: string;
  readonly lines: number;
  /** Size of the body it makes. */
  readonly bytes: number;
  /** When its oldest line was accepted. */
  readonly openedAt: number;
}

/** Where something is, and why. Times are milliseconds since the epoch. */
export type Explanation =
  /** Still taking lines; sealed by age at `dueAt` at the latest. */
  | ({ readonly state: 'open'; readonly dueAt: number } & Group)
  | ({
      readonly state: 'sealed' | 'in_flight';
      readonly batch: string;
      readonly reason: SealReason;
      readonly sealedAt: number;
      readonly attempts: number;
      readonly replay: boolean;
      /** What the last failed attempt was told. */
      readonly lastAnswer: { readonly reason: string; readonly status: number | undefined } | undefined;
      readonly waitsFor: readonly Wait[];
    } & Group)
  | { readonly state: 'dead'; readonly letter: DeadLetter }
  /** Delivered, or a dead letter that was replayed or has another id. */
  | { readonly state: 'over' }
  | { readonly state: 'unknown' };

/** Everything unsettled of a key, in the order in which it will be sent. */
export function explainKey(lane: LaneEngine, destination: DestinationState, key: string): Explanation[] {
  const found: Explanation[] = [...destination.queued(key)].map((shipment) => explainShipment(lane, shipment));
  const open = destination.batcher.peek(key);
  if (open !== undefined) {
    const { lines, bytes, openedAt, policy } = open;
    const dueAt = openedAt + policy.maxAgeMs;
    found.push({ state: 'open', destination: destination.name, key, lines: lines.length, bytes, openedAt, dueAt });
  }
  return found;
}

/** What each open group of a destination holds. */
export function openGroups({ name, batcher }: DestinationState): Group[] {
  return [...batcher.openGroups()].map(({ key, lines, bytes, openedAt }) => ({
    destination: name,
    key,
    lines: lines.length,
    bytes,
    openedAt,
  }));
}

/** Everything unsettled that holds a line of a subject: its batches in the order of sealing, then its open group. */
export function explainSubject(lane: LaneEngine, destination: DestinationState, subject: string): Explanation[] {
  const isOf = (line: { readonly subject?: string | undefined }) => line.subject === subject;
  const found = [...destination.queuedKeys()]
    .flatMap((key) => [...destination.queued(key)])
    .filter(({ lines }) => lines.some(isOf))
    .sort((one, other) => one.number - other.number)
    .map((shipment) => explainShipment(lane, shipment));
  const key = destination.batcher.keyOf(isOf);
  const open = key === undefined ? undefined : explainKey(lane, destination, key).at(-1);
  return open === undefined ? found : [...found, open];
}

/** The unsettled batch of this id. */
export function findShipment(lane: LaneEngine, matches: (shipment: Shipment) => boolean): Shipment | undefined {
  for (const shipment of shipments(lane)) if (matches(shipment)) return shipment;
  return undefined;
}

export function explainShipment(lane: LaneEngine, shipment: Shipment): Explanation {
  const { id, destination, key, lines, bytes, reason, openedAt, sealedAt, attempts, replays, lastAnswer, state } =
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
    replay: replays > 0,
    lastAnswer,
    waitsFor: state === 'sending' ? [] : waits(lane, shipment),
  };
}

/** What keeps back everything sealed of a destination that is not on its way: nothing while some of it can go. */
export function holdUps(lane: LaneEngine, destination: DestinationState): Wait[] {
  if (destination.sealedLines === 0) return [];
  const { settings } = lane.context;
  const found = gatesOf(lane, destination, ['destination', 'endpoint']);
  if (destination.paused) found.push({ for: 'resume' });
  if (settings.downstream?.hasRoomFor(destination.name) === false) found.push({ for: 'downstream' });
  if (found.length > 0) return found;
  let until = Number.POSITIVE_INFINITY;
  for (const key of destination.queuedKeys()) {
    const [first] = destination.queued(key);
    if (first === undefined || first.state === 'sending') continue;
    if (first.notBefore <= settings.clock.now()) return [];
    until = Math.min(until, first.notBefore);
  }
  return Number.isFinite(until) ? [{ for: 'retry', until }] : [];
}

/** The gates that are shut for a destination, or for a key of it. */
function gatesOf(
  { context: { gates, settings } }: LaneEngine,
  { name, rushed }: DestinationState,
  scopes: readonly GateScope[],
  key = '',
): Wait[] {
  if (rushed) return [];
  return scopes.flatMap((scope) => {
    const until = gates.until([gateName[scope](name, key, settings.endpointOf(name))], settings.clock.now());
    return until > 0 ? [{ for: 'gate' as const, scope, until }] : [];
  });
}

function waits(lane: LaneEngine, shipment: Shipment): Wait[] {
  const { destination, key } = shipment;
  const { settings } = lane.context;
  const found: Wait[] = [];
  const older = [...shipments(lane)].filter(({ blocks }) => blocks.includes(shipment));
  if (shipment.waits > older.length) found.push({ for: 'disk' });
  for (const { id } of older) found.push({ for: 'batch', batch: id });
  const [first] = destination.queued(key);
  if (first !== undefined && first !== shipment) found.push({ for: 'turn', behind: first.id });
  found.push(...gatesOf(lane, destination, Object.keys(gateName) as GateScope[], key));
  if (shipment.notBefore > settings.clock.now() && found.every((wait) => wait.for !== 'gate'))
    found.push({ for: 'retry', until: shipment.notBefore });
  if (destination.paused) found.push({ for: 'resume' });
  if (settings.downstream?.hasRoomFor(destination.name) === false) found.push({ for: 'downstream' });
  if (found.length === 0 && destination.inFlight >= destination.concurrency.limit) {
    found.push({ for: 'place', inFlight: destination.inFlight });
  }
  return found;
}

function* shipments(lane: LaneEngine): Generator<Shipment> {
  for (const destination of lane.destinations.values()) {
    for (const key of destination.queuedKeys()) yield* destination.queued(key);
  }
}
