import { createHash } from 'node:crypto';
import type { UpdateLine, UploadedIdentifier } from '@batchfeed/schemas';
import { type Locale, type LocaleName, locales } from './locales.ts';
import { below, pick, pickWeighted, type Random, randomOf } from './random.ts';

/** A user point as it looks at one moment: who it is known as, and what is known of the person. */
export interface Person {
  user_identifiers: UploadedIdentifier[];
  user_profiles: NonNullable<UpdateLine['user_profiles']>;
}

/** 2026-01-01: generated people joined in the year before. */
export const epoch = 1_767_225_600_000;
const dayMs = 86_400_000;

const weightOf = Object.fromEntries(Object.entries(locales).map(([name, { weight }]) => [name, weight])) as Record<
  LocaleName,
  number
>;
/** How many email identifiers people have; the tenth without any is what a feed by email cannot reach. */
const emailCounts = { '0': 12, '1': 68, '2': 16, '3': 4 } as const;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

// Seed, point and the number of the address make it unique, so that it belongs to one person only.
const emailIdentifier = (seed: number, point: number, index: number, locale: Locale): UploadedIdentifier => {
  const random = randomOf(seed, point, index + 1);
  const number = [seed, point, index].map((part) => part.toString(36)).join('-');
  const address = `${pick(random, locale.mailNames)}.${number}@${pick(random, locale.mailDomains)}`;
  const email = random() < 0.1 ? address.replace(/^./, (first) => first.toUpperCase()) : address;
  const createdAt = epoch - below(random, 365) * dayMs;
  const isKnownByHashOnly = random() < 0.04;
  return {
    type: 'USER_EMAIL',
    hash: sha256(email.toLowerCase()),
    ...(isKnownByHashOnly ? {} : { email }),
    creation_ts: createdAt,
    last_activity_ts: createdAt + below(random, 30) * dayMs,
    providers: [],
  };
};

const agentIdentifier = (random: Random): UploadedIdentifier => {
  const createdAt = epoch - below(random, 90) * dayMs;
  return {
    type: 'USER_AGENT',
    vector_id: `vec:${below(random, 2 ** 32)}`,
    device: pick(random, [
      { form_factor: 'SMARTPHONE', os_family: 'ANDROID', browser_family: 'CHROME' },
      { form_factor: 'PERSONAL_COMPUTER', os_family: 'LINUX', browser_family: 'FIREFOX' },
      { form_factor: 'TABLET', os_family: 'IOS', browser_family: 'SAFARI' },
    ]),
    creation_ts: createdAt,
    last_activity_ts: createdAt + dayMs,
    providers: [],
    mappings: [
      { user_agent_id: `web:${below(random, 2 ** 32)}`, realm_name: 'GOOGLE_OPERATOR', last_activity_ts: createdAt },
    ],
  };
};

const profileOf = (random: Random, locale: Locale, account: string, revision: number) => ({
  $compartment_id: '1',
  $creation_ts: epoch - below(random, 365) * dayMs,
  $last_modified_ts: epoch + revision * dayMs,
  $user_account_id: account,
  firstname: pick(random, locale.given),
  lastname: pick(random, locale.family),
  address: `${pick(random, locale.streets)}\n${pick(random, locale.cities)}`,
  country: locale.country,
  loyalty: { tier: pick(random, ['none', 'silver', 'gold']), points: below(random, 10_000) },
  interests: ['bags', 'béla', '靴', 'outdoor'].slice(0, below(random, 5)),
});

/**
 * The person behind a user point, the same for the same seed, point and revision.
 * A later revision has one more email address and a profile that was edited since.
 */
export const personOf = (seed: number, point: number, revision: number): Person => {
  const random = randomOf(seed, point);
  const locale = locales[pickWeighted(random, weightOf)];
  const account = `acc-${sha256(`${seed}/${point}`).slice(0, 12)}`;
  const emails = Number(pickWeighted(random, emailCounts)) + revision;
  const identifiers: UploadedIdentifier[] = [
    { type: 'USER_POINT', user_point_id: `up-${seed}-${point}`, creation_ts: epoch - below(random, 365) * dayMs },
  ];
  const hasAccount = random() < 0.6;
  if (hasAccount) {
    identifiers.push({
      type: 'USER_ACCOUNT',
      user_account_id: account,
      compartment_id: '1',
      creation_ts: epoch - dayMs,
    });
  }
  for (let agent = below(random, 4); agent > 0; agent -= 1) identifiers.push(agentIdentifier(random));
  // Each address has a sequence of its own, so that a further one leaves the earlier ones as they were.
  for (let index = 0; index < emails; index += 1) {
    identifiers.push(emailIdentifier(seed, point, index, locale));
  }
  const hasProfile = hasAccount || random() < 0.5;
  return {
    user_identifiers: identifiers,
    user_profiles: hasProfile ? [profileOf(randomOf(seed, point, -1 - revision), locale, account, revision)] : [],
  };
};
