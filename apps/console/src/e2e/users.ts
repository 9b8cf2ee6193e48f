import { createHash } from 'node:crypto';

/** Invented users as lines of NDJSON. Nobody has an address at example.com. */
export function users(count: number, name: string): string {
  let text = '';
  for (let index = 0; index < count; index += 1) text += user(`${name}-${index}`);
  return text;
}

function user(name: string): string {
  const email = `${name}@example.com`;
  const hash = createHash('sha256').update(email).digest('hex');
  return `${JSON.stringify({
    operation: 'UPSERT',
    user_identifiers: [
      { type: 'USER_POINT', user_point_id: name },
      { type: 'USER_EMAIL', hash, email },
    ],
  })}\n`;
}
