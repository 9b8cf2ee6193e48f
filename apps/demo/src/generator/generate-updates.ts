import type { UpdateLine } from '@batchfeed/schemas';
import { generateMoves } from './moves.ts';
import { epoch, personOf } from './person.ts';

export interface GeneratorOptions {
  /** How many updates. */
  updates: number;
  /** Another seed gives other people. 1 by default. */
  seed?: number;
  /** How many of the updates to leave out at the beginning. 0 by default. */
  from?: number;
}

/** The seed of the main job. */
export const defaultSeed = 1;

/**
 * The updates of a made-up segment, as an operator uploads them: several identifiers a point, some without any email,
 * names and addresses in many scripts, departures, repeats, changes and returns.
 * Pure: the same options give the same updates, and `from` gives the tail of what they give without it.
 */
export function* generateUpdates({ updates, seed = defaultSeed, from = 0 }: GeneratorOptions): Generator<UpdateLine> {
  let index = 0;
  for (const { operation, point, revision } of generateMoves(updates, seed)) {
    if (index >= from) yield { operation, ts: epoch + index * 1_000, ...personOf(seed, point, revision) };
    index += 1;
  }
}
