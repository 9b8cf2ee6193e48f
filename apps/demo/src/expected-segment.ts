import type { UpdateLine } from '@batchfeed/schemas';

/** Somebody who must be in the shop: the latest that the updates say of one email address. */
export interface ExpectedPerson {
  email: string;
  hash: string;
}

/**
 * Who is in the segment after these updates, by the hash of the email address. Written from what an update means, and
 * sharing no code with the plugin: every address of an UPSERT is in, every address of a DELETE is out.
 * An identifier without an address in clear names nobody a shop could write to.
 */
export const expectedSegment = (updates: Iterable<UpdateLine>): Map<string, ExpectedPerson> => {
  const people = new Map<string, ExpectedPerson>();
  for (const { operation, user_identifiers } of updates) {
    for (const identifier of user_identifiers) {
      if (identifier.type !== 'USER_EMAIL' || !identifier.email) continue;
      if (operation === 'DELETE') people.delete(identifier.hash);
      else people.set(identifier.hash, { email: identifier.email, hash: identifier.hash });
    }
  }
  return people;
};
