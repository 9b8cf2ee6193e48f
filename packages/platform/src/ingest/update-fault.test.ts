import { updateLineSchema } from '@batchfeed/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { updateFault } from './update-fault.ts';

const scalar = fc.constantFrom<unknown>(undefined, null, '', 'x', 0, 7, -1, 1.5, 1e21, true, [], {}, [{}], ['x']);
const mostly = (usual: unknown) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: scalar });
const rarely = fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: scalar });
const TYPES = ['USER_POINT', 'USER_EMAIL', 'USER_ACCOUNT', 'USER_AGENT', 'USER_DEVICE_POINT'];

const identifier = fc.oneof(
  { weight: 1, arbitrary: scalar },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...TYPES) }, { weight: 1, arbitrary: scalar }),
      user_point_id: mostly('p'),
      hash: mostly('h'),
      user_account_id: mostly('a'),
      vector_id: mostly('v'),
      id: rarely,
      email: rarely,
      operator: rarely,
      compartment_id: rarely,
      technical_identifiers: rarely,
      creation_ts: rarely,
      unknown: scalar,
    }),
  },
);
const update = fc.record({
  user_identifiers: fc.oneof(
    { weight: 9, arbitrary: fc.array(identifier, { maxLength: 3 }) },
    { weight: 1, arbitrary: scalar },
  ),
  user_profiles: fc.oneof(rarely, fc.array(fc.oneof(fc.constant({}), scalar), { maxLength: 2 })),
  operation: fc.oneof({ weight: 8, arbitrary: fc.constantFrom('UPSERT', 'DELETE') }, { weight: 1, arbitrary: scalar }),
  ts: rarely,
  feed_id: rarely,
  session_id: rarely,
  unknown: scalar,
});

describe('updateFault', () => {
  it('agrees with the schema', () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 20, arbitrary: update }, { weight: 1, arbitrary: scalar }), (drawn) => {
        // Only what JSON can say comes in; a field that is undefined is one that is not there.
        const value: unknown = drawn === undefined ? null : JSON.parse(JSON.stringify(drawn));
        const parsed = updateLineSchema.safeParse(value);
        const fault = updateFault(value);
        valid += parsed.success ? 1 : 0;
        expect({ value, valid: fault === undefined }).toEqual({ value, valid: parsed.success });
        if (fault !== undefined) {
          const paths = (parsed.error?.issues ?? []).map(({ path }) => pathOf(path));
          expect(paths.some((path) => path.startsWith(fault.path) || fault.path.startsWith(path))).toBe(true);
        }
      }),
      { numRuns: 3_000 },
    );
    // The test is worth something only while it sees both sides often.
    expect(valid).toBeGreaterThan(200);
    expect(valid).toBeLessThan(2_800);
  });

  it.each([
    [null, ''],
    [[], ''],
    ['x', ''],
    [{}, 'user_identifiers'],
    [{ user_identifiers: [{ type: 'USER_EMAIL', hash: 7 }] }, 'user_identifiers[0].hash'],
    [{ user_identifiers: [{ type: 'USER_POINT', user_point_id: 'a' }, { type: 'X' }] }, 'user_identifiers[1].type'],
    [{ user_identifiers: [{ type: 'USER_POINT', user_point_id: 'a' }], operation: 'upsert' }, 'operation'],
    [{ user_identifiers: [{ type: 'USER_POINT', user_point_id: 'a' }], operation: 'UPSERT', feed_id: '1' }, 'feed_id'],
    [{ user_identifiers: [{ type: 'USER_POINT', user_point_id: 'a' }], user_profiles: [1] }, 'user_profiles[0]'],
  ])('names the field of %j', (value, path) => {
    expect(updateFault(value)?.path).toBe(path);
  });
});

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  );
}
