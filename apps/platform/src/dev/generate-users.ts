import { createHash } from 'node:crypto';

/** Updates of made-up users, one JSON text each: an email address each, every tenth leaves again. */
export function* generateUsers(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    const email = `user-${index}@example.org`;
    yield JSON.stringify({
      operation: index % 10 === 9 ? 'DELETE' : 'UPSERT',
      user_identifiers: [
        { type: 'USER_POINT', user_point_id: `user-${index}` },
        { type: 'USER_EMAIL', hash: createHash('sha256').update(email).digest('hex'), email },
      ],
      user_profiles: [{ firstname: `First ${index}`, lastname: `Last ${index}` }],
    });
  }
}
