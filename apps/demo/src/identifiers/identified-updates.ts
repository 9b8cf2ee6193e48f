import { createHash } from 'node:crypto';
import type { UpdateLine, UploadedIdentifier } from '@batchfeed/schemas';
import { generateMoves } from '../generator/moves.ts';
import { epoch } from '../generator/person.ts';
import { below, randomOf } from '../generator/random.ts';

/** Keeps these people apart from those of the other feed. */
const SALT = 7_919;

export interface IdentifiedOptions {
  /** How many updates. */
  readonly updates: number;
  readonly seed: number;
  /** How many of the updates to leave out at the beginning. Default 0. */
  readonly from?: number;
}

/**
 * Updates of user points that are known by different identifiers: two thirds have an email address, a fifth an account,
 * some both and some neither. They arrive, leave, return and are repeated as in any segment.
 * Pure: the same options give the same updates.
 */
export function* identifiedUpdates({ updates, seed, from = 0 }: IdentifiedOptions): Generator<UpdateLine> {
  let index = 0;
  for (const { operation, point } of generateMoves(updates, seed + SALT)) {
    if (index >= from) yield { operation, ts: epoch + index, user_identifiers: identifiersOf(seed, point) };
    index += 1;
  }
}

function identifiersOf(seed: number, point: number): UploadedIdentifier[] {
  const random = randomOf(seed, point, SALT);
  const name = createHash('sha256').update(`${seed}/${point}`).digest('hex');
  const identifiers: UploadedIdentifier[] = [{ type: 'USER_POINT', user_point_id: `id-${seed}-${point}` }];
  if (below(random, 3) > 0) identifiers.push({ type: 'USER_EMAIL', hash: name });
  if (below(random, 5) === 0) {
    identifiers.push({ type: 'USER_ACCOUNT', user_account_id: `account-${name.slice(0, 12)}`, compartment_id: '1' });
  }
  return identifiers;
}
