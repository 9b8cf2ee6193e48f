import fc from 'fast-check';
import { expect, it } from 'vitest';
import { operationOf, placeOf } from './update-entry.ts';

it('reads the operation that JSON.parse would', () => {
  const operation = fc.constantFrom('UPSERT', 'DELETE');
  const noise = fc.jsonValue({ maxDepth: 2 });
  const update = fc
    .record({ before: noise, nested: fc.option(operation), operation, after: fc.string() })
    .map(({ before, nested, operation, after }) => ({
      before,
      user_profiles: nested === null ? [] : [{ operation: nested }, '"operation":"DELETE"'],
      operation,
      after,
    }));
  fc.assert(
    fc.property(update, fc.constantFrom(undefined, 2), (value, space) => {
      expect(operationOf(JSON.stringify(value, null, space))).toBe(value.operation);
    }),
  );
});

it('is not misled by a name that is spelt with escapes', () => {
  expect(operationOf('{"\\u006fperation":"DELETE","user_profiles":[{"operation":"UPSERT"}]}')).toBe('DELETE');
});

it('reads where an update stands from its id', () => {
  const id = '3f2c8a54-0f0e-4d52-a7c5-5d9d1d2b6d0e-updates-12-281474976710655';
  expect(placeOf(id)).toEqual({ lane: 12, position: 281474976710655 });
});
