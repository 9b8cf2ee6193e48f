import { type DeadLetter, parseDeadRef } from '../dead-letters.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { LaneEngine } from '../lane-engine.ts';
import type { Lanes } from '../lanes.ts';
import { decodeEntry } from '../line.ts';
import type { OutgoingLine } from '../outcome.ts';
import type { DestinationState } from '../state/destination.ts';
import { type Letter, numbered, PREFIX } from '../state/records.ts';

const PAGE = 100;

/** A letter where it lies. */
export interface FoundLetter {
  readonly lane: LaneEngine;
  readonly destination: DestinationState;
  readonly letter: Letter;
}

/** Reads dead letters from the store, once what is on its way there has arrived. */
export class DeadLetterReader {
  readonly #lanes: Lanes;

  constructor(lanes: Lanes) {
    this.#lanes = lanes;
  }

  /**
   * In order of dying, destination by destination. @throws DeliveryError `NOT_FOUND` when `after`
   * is no ref
   */
  async list(query: {
    readonly destination?: string;
    readonly after?: string;
    readonly limit?: number;
  }): Promise<DeadLetter[]> {
    const { destination, limit = PAGE } = query;
    await this.#lanes.written();
    const places = this.#lanes.places(destination);
    const start = query.after === undefined ? undefined : parsedRef(query.after);
    const from = start === undefined ? 0 : places.findIndex(({ state }) => state.tag === start.tag);
    const found: DeadLetter[] = [];
    for (const [index, { lane, state }] of places.slice(Math.max(0, from)).entries()) {
      const after = index === 0 && start !== undefined && from >= 0 ? start.first : undefined;
      for await (const letter of lettersOf(lane, state, after)) {
        if (found.length >= limit) return found;
        found.push(shown(lane, state, letter));
      }
    }
    return found;
  }

  /** The letter of a batch, by the batch's id. */
  async ofBatch(lane: LaneEngine, destination: DestinationState, id: string): Promise<DeadLetter | undefined> {
    await lane.state.writer.written();
    for await (const letter of lettersOf(lane, destination))
      if (letter.id === id) return shown(lane, destination, letter);
    return undefined;
  }

  /** @throws DeliveryError `NOT_FOUND` */
  async find(ref: string): Promise<FoundLetter> {
    const { tag, first } = parsedRef(ref);
    const place = this.#lanes.byTag(tag);
    if (place === undefined) throw letterNotFound(ref);
    const { lane, state } = place;
    await lane.state.writer.written();
    const key = lane.state.stateKey(numbered(`${PREFIX.dead}${state.nameText}/`, first));
    const value = await lane.state.writer.lane.get(key);
    if (value === undefined) throw letterNotFound(ref);
    return { lane, destination: state, letter: JSON.parse(value) as Letter };
  }

  /** The lines of a letter. */
  async lines({ lane, destination, letter }: FoundLetter): Promise<OutgoingLine[]> {
    const { deadQueue } = destination;
    const positions = Array.from({ length: letter.size }, (_, index) => letter.first + index);
    const entries = await lane.state.writer.lane.readAt(deadQueue, positions);
    const where = (position: number) => `position ${position} of queue ${deadQueue} in lane ${lane.state.number}`;
    return entries.map(({ text, position }) => decodeEntry(text, () => where(position)).text);
  }
}

/** All letters of a destination behind one, in order of dying, a page of the store at a time. */
export async function* lettersOf(
  { state }: LaneEngine,
  { nameText }: DestinationState,
  afterFirst?: number,
): AsyncGenerator<Letter> {
  const prefix = state.stateKey(`${PREFIX.dead}${nameText}/`);
  let after = afterFirst === undefined ? undefined : numbered(prefix, afterFirst);
  for (;;) {
    const page = await state.writer.lane.scan(prefix, after, PAGE);
    for (const [, value] of page) yield JSON.parse(value) as Letter;
    if (page.length < PAGE) return;
    after = page.at(-1)?.[0];
  }
}

/** A stored letter as callers see it. */
export function shown(lane: LaneEngine, destination: DestinationState, stored: Letter): DeadLetter {
  const { first: _first, entryBytes: _bytes, subjects: _subjects, ...letter } = stored;
  return { ...letter, later: lane.overtaken.laterOf(destination, stored) };
}

function parsedRef(ref: string): { readonly tag: string; readonly first: number } {
  const parsed = parseDeadRef(ref);
  if (parsed === undefined) throw letterNotFound(ref);
  return parsed;
}

export function letterNotFound(ref: string): DeliveryError {
  return new DeliveryError(
    'NOT_FOUND',
    `There is no dead letter ${JSON.stringify(ref.slice(0, 100))}; it may have been replayed, or deleted for its age.`,
  );
}
