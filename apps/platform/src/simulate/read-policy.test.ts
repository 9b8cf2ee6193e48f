import { expect, it } from 'vitest';
import { readPolicy } from './read-policy.ts';

it('reads limits and the order of a policy, and fills in what is left out', () => {
  expect(readPolicy('lines=10,ordering=GROUPING_KEY')).toMatchObject({
    policy: { maxLines: 10, maxBytes: 8_388_608, maxAgeMs: 60_000 },
    ordering: 'GROUPING_KEY',
  });
  expect(readPolicy('age=5').ordering).toBe('USER');
});

it.each([
  ['size=10', /A policy is lines=/],
  ['lines=0', /lines must be a whole number/],
  ['ordering=KEY', /^ordering must be USER .* or GROUPING_KEY .*\.$/],
  ['constructor=1', /A policy is lines=/],
])('refuses %s, and says what it must be', (text, message) => {
  expect(() => readPolicy(text)).toThrow(message);
});
