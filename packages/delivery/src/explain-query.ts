import type { DeadLetterReader } from './dead-letter-reader.ts';
import { type Explanation, explainKey, explainShipment, explainSubject, findShipment } from './explain.ts';
import type { LaneEngine } from './lane-engine.ts';
import type { Lanes } from './lanes.ts';

/** What to explain: a key of a destination, a subject of one, a batch by its id, or a line by the id that `append` gave it. */
export type ExplainQuery =
  | { readonly destination: string; readonly key: string }
  | { readonly destination: string; readonly subject: string }
  | { readonly batch: string }
  | { readonly line: string };

/** A line's id: its lane and its position there. */
export function lineId({ lane }: LaneEngine, { position }: { readonly position: number }): string {
  return `${lane.lane}-${position}`;
}

/** Finds what a query asks for, in all lanes. */
export async function explainQuery(
  lanes: Lanes,
  deadLetters: DeadLetterReader,
  about: ExplainQuery,
): Promise<Explanation[]> {
  if ('line' in about) return [explainLine(lanes, about.line)];
  if ('batch' in about) return [await explainBatch(lanes, deadLetters, about.batch)];
  const found: Explanation[] = [];
  lanes.each(about.destination, (lane, destination) => {
    const parts =
      'key' in about ? explainKey(lane, destination, about.key) : explainSubject(lane, destination, about.subject);
    found.push(...parts);
  });
  return found;
}

async function explainBatch(lanes: Lanes, deadLetters: DeadLetterReader, id: string): Promise<Explanation> {
  for (const lane of lanes.all) {
    const shipment = findShipment(lane, (one) => one.id === id);
    if (shipment !== undefined) return explainShipment(lane, shipment);
  }
  const letter = await deadLetters.ofBatch(id);
  if (letter !== undefined) return { state: 'dead', letter };
  return { state: lanes.all.some((lane) => lane.mayHaveSealed(id)) ? 'over' : 'unknown' };
}

function explainLine(lanes: Lanes, id: string): Explanation {
  const parsed = /^(\d{1,3})-(\d{1,15})$/.exec(id);
  const lane = parsed === null ? undefined : lanes.all[Number(parsed[1])];
  const position = parsed === null ? 0 : Number(parsed[2]);
  if (lane === undefined || position >= lane.lane.end) return { state: 'unknown' };
  if (lane.positions.has(position)) return { state: 'over' };
  const shipment = findShipment(lane, ({ lines }) => lines.some((line) => line.position === position));
  if (shipment !== undefined) return explainShipment(lane, shipment);
  for (const destination of lane.destinations.values()) {
    const key = destination.batcher.keyOf((line) => line.position === position);
    const open = key === undefined ? undefined : explainKey(lane, destination, key).at(-1);
    if (open !== undefined) return open;
  }
  return { state: 'unknown' };
}
