import { createHash } from 'node:crypto';
import { updateLineSchema } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { testUsers } from './test-users.ts';

it('are ten users the platform takes, each with the hash of its own address', () => {
  const users = testUsers('UPSERT');
  expect(users).toHaveLength(10);
  for (const user of users) {
    expect(updateLineSchema.parse(user)).toEqual(user);
    const email = user.user_identifiers.find(({ type }) => type === 'USER_EMAIL') as { email: string; hash: string };
    expect(email.email).toMatch(/@example\.com$/);
    expect(email.hash).toBe(createHash('sha256').update(email.email).digest('hex'));
  }
  expect(new Set(users.map((user) => JSON.stringify(user.user_identifiers))).size).toBe(10);
});

it('are the same users when they are taken out again', () => {
  const [enter, leave] = [testUsers('UPSERT'), testUsers('DELETE')];
  expect(leave.map((user) => user.user_identifiers)).toEqual(enter.map((user) => user.user_identifiers));
  expect(leave.every(({ operation }) => operation === 'DELETE')).toBe(true);
});
