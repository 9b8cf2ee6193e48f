import { createHash } from 'node:crypto';

const PLAIN = /^[0-9A-Za-z_]{1,64}$/;

/**
 * A destination's name as it stands in ids: letters, digits and `_` as they are, anything else as a
 * hash that begins with `~`.
 */
export function destinationTag(name: string): string {
  if (PLAIN.test(name)) return name;
  const hash = createHash('sha256').update(JSON.stringify(name)).digest('hex');
  return `~${hash.slice(0, 32)}`;
}
