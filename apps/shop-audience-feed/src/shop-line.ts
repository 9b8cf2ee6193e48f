import { createHash } from 'node:crypto';
import type { core } from '@batchfeed/plugin-sdk';

/**
 * One line of a batch: a person to be put into the shop's newsletter, or to be taken out. It carries everything the
 * delivery needs, because what the update knew is gone by then.
 */
export type ShopLine =
  | { operation: 'UPSERT'; outer_id: string; email: string; firstname?: string; lastname?: string }
  | { operation: 'DELETE'; outer_id: string };

/** The same address in another spelling is the same person: case and surrounding white space do not count. */
const normalise = (email: string): string => email.trim().normalize('NFC').toLowerCase();

/**
 * The id a person has at the shop, chosen by us: an equal address always gives the same one, so creating somebody twice
 * is recognised. A hash, so that it is fit for a URL whatever the address is written in, and tells nobody the address.
 */
export const outerIdOf = (email: string): string =>
  `subscriber-${createHash('sha256').update(normalise(email)).digest('hex')}`;

/** An address has something on both sides of an @ and no white space within. */
const isAddress = (email: string): boolean => /^[^\s@]+@[^\s@]+$/.test(email);

/** Profile fields names are looked for in; datamarts name their fields themselves. */
const nameFields = {
  firstname: ['firstname', 'first_name', 'firstName', 'given_name'],
  lastname: ['lastname', 'last_name', 'lastName', 'family_name'],
} as const;

/** The first of the fields that some profile fills in; profiles come in the platform's order. */
const findName = (profiles: readonly core.UserProfileInfo[], fields: readonly string[]): string | undefined => {
  for (const profile of profiles) {
    for (const field of fields) {
      const value = profile[field];
      if (typeof value === 'string' && value.trim() !== '') return value.trim();
    }
  }
  return undefined;
};

const emailsOf = (identifiers: readonly core.UserIdentifierInfo[]): string[] =>
  identifiers.flatMap((identifier) => {
    const email = identifier.type === 'USER_EMAIL' ? (identifier.email?.trim() ?? '') : '';
    return isAddress(email) ? [email] : [];
  });

/** One line for each address of the user point, none for a point without an address in clear. */
export const linesOf = (request: core.UserSegmentUpdateRequest): ShopLine[] => {
  const byId = new Map(emailsOf(request.user_identifiers).map((email) => [outerIdOf(email), email]));
  if (request.operation === 'DELETE') {
    return [...byId.keys()].map((outer_id) => ({ operation: 'DELETE', outer_id }));
  }
  const profiles = request.user_profiles ?? [];
  const firstname = findName(profiles, nameFields.firstname);
  const lastname = findName(profiles, nameFields.lastname);
  return [...byId].map(([outer_id, email]) => ({
    operation: 'UPSERT',
    outer_id,
    email,
    ...(firstname !== undefined && { firstname }),
    ...(lastname !== undefined && { lastname }),
  }));
};
