import type { LaneEngine } from '../lane-engine.ts';
import type { DestinationPlace, Lanes } from '../lanes.ts';
import { decodeEntry, subjectHash } from '../line.ts';
import type { DestinationState } from '../state/destination.ts';
import type { DeadLetterReader } from './dead-letter-reader.ts';
import { explainKey, explainPosition, explainShipment, explainSubject } from './explain.ts';
import type { Explanation } from './explanation.ts';

/**
 * What to explain: a key of a destination, a subject of one, a batch by its id, or a line by the id
 * that `append` gave it.
 */
export type ExplainQuery =
  | { readonly destination: string; readonly key: string }
  | { readonly destination: string; readonly subject: string }
  | { readonly destination: string; readonly line: string }
  | { readonly batch: string };

/**
 * Waiting bytes that are read to find the lines of a subject. What lies behind is not looked at.
 */
const SEARCHED_BYTES = 64 * 1024 * 1024;
const PAGE_BYTES = 1024 * 1024;
/** Waiting lines of a subject that are named. */
const MOST_WAITING = 100;

/** Finds what a query asks for. */
export async function explainQuery(
  lanes: Lanes,
  deadLetters: DeadLetterReader,
  about: ExplainQuery,
): Promise<Explanation[]> {
  if ('batch' in about) return [await explainBatch(lanes, deadLetters, about.batch)];
  const [place] = lanes.places(about.destination);
  if (place === undefined) return 'line' in about ? [{ state: 'unknown' }] : [];
  const { lane, state } = place;
  if ('line' in about) return [explainLine(lane, state, about.line)];
  if ('key' in about) return explainKey(lane, state, about.key);
  const found = explainSubject(lane, state, subjectHash(about.subject));
  return [...found, ...(await waitingOf(place, about.subject))];
}

function explainLine(lane: LaneEngine, destination: DestinationState, id: string): Explanation {
  return /^\d{1,15}$/.test(id) ? explainPosition(lane, destination, Number(id)) : { state: 'unknown' };
}

/** Waiting lines of a subject, found by reading the queue from where it waits. */
async function waitingOf({ lane, state }: DestinationPlace, subject: string): Promise<Explanation[]> {
  const found: Explanation[] = [];
  let read = 0;
  for (let next = state.next; next < state.end && read < SEARCHED_BYTES && found.length < MOST_WAITING; ) {
    const entries = await lane.state.writer.lane.read(state.queue, next, PAGE_BYTES);
    if (entries.length === 0) break;
    for (const { position, text } of entries) {
      next = position + 1;
      read += text.length;
      const where = () => `position ${position} of queue ${state.queue} in lane ${lane.state.number}`;
      if (decodeEntry(text, where).text.subject !== subject) continue;
      found.push(explainPosition(lane, state, position));
    }
  }
  return found.slice(0, MOST_WAITING);
}

const BATCH_ID = /^([0-9a-z]+)-([^-]+)-(~?[0-9A-Za-z_]+)-(\d{1,15})(?:\.\d+-\d+)?$/;

async function explainBatch(lanes: Lanes, deadLetters: DeadLetterReader, id: string): Promise<Explanation> {
  const [, , log, tag = '', position] = BATCH_ID.exec(id) ?? [];
  const place = lanes.byTag(tag);
  if (place === undefined || log !== place.lane.state.context.log) return { state: 'unknown' };
  const { lane, state } = place;
  for (const shipment of state.shipments()) if (shipment.id === id) return explainShipment(lane, shipment);
  const letter = await deadLetters.ofBatch(lane, state, id);
  if (letter !== undefined) return { state: 'dead', letter };
  if (state.batcher === undefined) return explainPosition(lane, state, Number(position));
  // Of a batch that is over only its first line is known, which no other batch can have had.
  return { state: state.positions.has(Number(position)) ? 'over' : 'unknown' };
}
