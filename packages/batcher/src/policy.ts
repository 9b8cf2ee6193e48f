import { BatcherError } from './batcher-error.ts';

/** When a group is full, and how its final body is counted. */
export interface Policy {
  /** Lines in a batch, 1 to {@link POLICY_CEILINGS}`.maxLines`. */
  readonly maxLines: number;
  /** UTF-8 bytes of the final body, envelope and separators included. */
  readonly maxBytes: number;
  /** Milliseconds a line may wait in an open group, counted from the group's oldest line. */
  readonly maxAgeMs: number;
  /** Bytes of the body around the lines. Default 0. */
  readonly envelopeBytes?: number;
  /** Bytes between two lines. Default 0; a JSON array has 1. */
  readonly separatorBytes?: number;
}

/** The largest value of each limit. Beyond them a typing error is likelier than an intention. */
export const POLICY_CEILINGS = {
  maxLines: 1_000_000,
  maxBytes: 1_073_741_824,
  maxAgeMs: 7 * 24 * 60 * 60 * 1000,
} as const;

const BOUNDS: ReadonlyArray<readonly [name: keyof Policy, min: number, max: number, optional: boolean]> = [
  ['maxLines', 1, POLICY_CEILINGS.maxLines, false],
  ['maxBytes', 1, POLICY_CEILINGS.maxBytes, false],
  ['maxAgeMs', 1, POLICY_CEILINGS.maxAgeMs, false],
  ['envelopeBytes', 0, POLICY_CEILINGS.maxBytes, true],
  ['separatorBytes', 0, 1024, true],
];

/**
 * Returns the policy when every limit is a whole number within its bounds.
 *
 * @throws BatcherError `POLICY_INVALID`, naming the field, its value and the range.
 */
export function checkPolicy(policy: Policy): Policy {
  for (const [name, min, max, optional] of BOUNDS) {
    const value: unknown = policy[name];
    if (value === undefined && optional) continue;
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw new BatcherError(
        'POLICY_INVALID',
        `${name} must be a whole number from ${min} to ${max}, not ${show(value)}.`,
      );
    }
  }
  return policy;
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${value === null ? 'null' : typeof value}`;
}
