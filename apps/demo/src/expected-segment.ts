import type { UpdateLine } from '@batchfeed/schemas';

/** Somebody and what is known of them; null where nothing is. */
export interface Person {
  email: string;
  firstname: string | null;
  lastname: string | null;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The name in the first profile that has one. */
const nameIn = (profiles: UpdateLine['user_profiles'] = []): Pick<Person, 'firstname' | 'lastname'> => {
  const first = (field: string) => profiles.map((profile) => textOf(profile[field])).find((text) => text !== null);
  return { firstname: first('firstname') ?? null, lastname: first('lastname') ?? null };
};

/**
 * Who is in the segment after these updates, by email address. Written from what an update means, and sharing no code
 * with the plugin: every address of an UPSERT is in, under the latest name that is known; every address of a DELETE is
 * out. An identifier without an address in clear names nobody a shop could write to.
 */
export const expectedSegment = (updates: Iterable<UpdateLine>): Map<string, Person> => {
  const people = new Map<string, Person>();
  for (const { operation, user_identifiers, user_profiles } of updates) {
    const { firstname, lastname } = nameIn(user_profiles);
    for (const identifier of user_identifiers) {
      if (identifier.type !== 'USER_EMAIL' || !identifier.email) continue;
      const { email } = identifier;
      if (operation === 'DELETE') {
        people.delete(email);
        continue;
      }
      const known = people.get(email);
      people.set(email, {
        email,
        firstname: firstname ?? known?.firstname ?? null,
        lastname: lastname ?? known?.lastname ?? null,
      });
    }
  }
  return people;
};
