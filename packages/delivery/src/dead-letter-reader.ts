import { type DeadLetter, parseDeadRef } from './dead-letters.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Journal } from './journal.ts';
import type { LaneEngine } from './lane-engine.ts';
import type { Lanes } from './lanes.ts';
import { type DeadRecord, numbered, PREFIX } from './records.ts';

const PAGE = 100;

/** Reads dead letters from the store, once what is on its way there has arrived. */
export class DeadLetterReader {
  readonly #lanes: Lanes;
  readonly #journal: Journal;

  constructor(lanes: Lanes, journal: Journal) {
    this.#lanes = lanes;
    this.#journal = journal;
  }

  /** In order of dying, lane by lane. */
  async list(query: {
    readonly destination?: string;
    readonly after?: string;
    readonly limit?: number;
  }): Promise<DeadLetter[]> {
    await this.#journal.written();
    const { destination, limit = PAGE } = query;
    const start = query.after === undefined ? undefined : parsedRef(query.after);
    const found: DeadLetter[] = [];
    for (const { lane } of this.#lanes.all.slice(start?.lane ?? 0)) {
      let after = start?.lane === lane.lane ? numbered(PREFIX.dead, start.number) : undefined;
      while (found.length < limit) {
        const page = await lane.scan(PREFIX.dead, after, PAGE);
        for (const [, value] of page) {
          const letter = letterOf(JSON.parse(value) as DeadRecord);
          if (destination === undefined || letter.destination === destination) found.push(letter);
        }
        if (page.length < PAGE) break;
        after = page.at(-1)?.[0];
      }
    }
    return found.slice(0, limit);
  }

  /** The letter of a batch, by the batch's id. */
  async ofBatch(id: string): Promise<DeadLetter | undefined> {
    let after: string | undefined;
    for (;;) {
      const page = await this.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      const letter = page.find((letter) => letter.id === id);
      if (letter !== undefined || page.length < PAGE) return letter;
      after = page.at(-1)?.ref;
    }
  }

  /** @throws DeliveryError `NOT_FOUND` */
  async record(ref: string): Promise<{ lane: LaneEngine; record: DeadRecord }> {
    await this.#journal.written();
    const { lane: number, number: place } = parsedRef(ref);
    const lane = this.#lanes.all[number];
    const value = await lane?.lane.get(numbered(PREFIX.dead, place));
    if (lane === undefined || value === undefined) throw notFound(ref);
    return { lane, record: JSON.parse(value) as DeadRecord };
  }
}

/** A stored letter without what its lines say. */
export function letterOf({ contents: _, number: __, ...letter }: DeadRecord): DeadLetter {
  return letter;
}

function parsedRef(ref: string): { lane: number; number: number } {
  const parsed = parseDeadRef(ref);
  if (parsed === undefined) throw notFound(ref);
  return parsed;
}

export function notFound(ref: string): DeliveryError {
  return new DeliveryError(
    'NOT_FOUND',
    `There is no dead letter ${JSON.stringify(ref)}; it may have been replayed, or thrown away for its age.`,
  );
}
