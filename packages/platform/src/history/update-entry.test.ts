import fc from 'fast-check';
import { expect, it } from 'vitest';
import { operationOf, placeOf, updateIdOf } from './update-entry.ts';

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

it('reads where an update stands from its id, and makes the id of it again', () => {
  const id = '0a1b2c3d4e5f6g7h-updates-12-281474976710655';
  expect(placeOf(id)).toEqual({ token: '0a1b2c3d4e5f6g7h', position: 281474976710655 });
  expect(updateIdOf({ ...placeOf(id), feedId: '12' })).toBe(id);
});
