import { POLICY_CEILINGS, type Policy } from '@batchfeed/batcher';
import { ENVELOPE_BYTES } from '@batchfeed/platform';

const FIELDS = {
  lines: { name: 'maxLines', default: 500 },
  bytes: { name: 'maxBytes', default: 8 * 1024 * 1024 },
  age: { name: 'maxAgeMs', default: 60_000 },
} as const satisfies Record<string, { name: 'maxLines' | 'maxBytes' | 'maxAgeMs'; default: number }>;

/** `lines=500,bytes=8000000,age=60000`, each optional. @throws Error with a sentence on what is wrong. */
export function readPolicy(text: string): { text: string; policy: Policy } {
  const limits = {
    maxLines: FIELDS.lines.default,
    maxBytes: FIELDS.bytes.default,
    maxAgeMs: FIELDS.age.default,
  } as Record<'maxLines' | 'maxBytes' | 'maxAgeMs', number>;
  for (const part of text.split(',')) {
    const [field = '', value = ''] = part.split('=').map((word) => word.trim());
    const known = Object.hasOwn(FIELDS, field) ? FIELDS[field as keyof typeof FIELDS] : undefined;
    if (known === undefined)
      throw new Error(`A policy is lines=…,bytes=…,age=… (milliseconds), not ${JSON.stringify(part)}.`);
    const number = Number(value);
    const ceiling = POLICY_CEILINGS[known.name];
    if (!Number.isInteger(number) || number < 1 || number > ceiling)
      throw new Error(`${field} must be a whole number from 1 to ${ceiling}.`);
    limits[known.name] = number;
  }
  return { text, policy: { ...limits, envelopeBytes: ENVELOPE_BYTES, separatorBytes: 1 } };
}
