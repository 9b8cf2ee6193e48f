import { type Ordering, POLICY_CEILINGS, type Policy } from '@batchfeed/batcher';
import { ENVELOPE_BYTES } from '@batchfeed/platform';
import { orderingSchema } from '@batchfeed/schemas';

const LIMITS = {
  lines: 'maxLines',
  bytes: 'maxBytes',
  age: 'maxAgeMs',
} as const;

interface NamedPolicy {
  readonly text: string;
  readonly policy: Policy;
  readonly ordering: Ordering;
}

/** `lines=500,bytes=8000000,age=60000,ordering=USER`, each optional. @throws Error with a sentence on what is wrong. */
export function readPolicy(text: string): NamedPolicy {
  const limits = { maxLines: 500, maxBytes: 8 * 1024 * 1024, maxAgeMs: 60_000 };
  let ordering: Ordering = 'USER';
  for (const part of text.split(',')) {
    const [field = '', value = ''] = part.split('=').map((word) => word.trim());
    if (field === 'ordering') ordering = readOrdering(value);
    else if (isLimit(field)) limits[LIMITS[field]] = readLimit(field, value);
    else throw new Error(`A policy is lines=…,bytes=…,age=… (milliseconds),ordering=…, not ${JSON.stringify(part)}.`);
  }
  return { text, policy: { ...limits, envelopeBytes: ENVELOPE_BYTES, separatorBytes: 1 }, ordering };
}

/** @throws Error with a sentence on what it must be. */
export function readOrdering(text: string): Ordering {
  const { data, error } = orderingSchema.safeParse(text);
  if (data === undefined) throw new Error(`ordering ${error?.issues[0]?.message}.`);
  return data;
}

function isLimit(field: string): field is keyof typeof LIMITS {
  return Object.hasOwn(LIMITS, field);
}

function readLimit(field: keyof typeof LIMITS, value: string): number {
  const ceiling = POLICY_CEILINGS[LIMITS[field]];
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= ceiling) return number;
  throw new Error(`${field} must be a whole number from 1 to ${ceiling}.`);
}
