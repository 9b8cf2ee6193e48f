import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret of 256 random bits, safe in headers, URLs and shells. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret. It is long and random, so a plain digest cannot be searched for it. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

const NOBODY = digestOf(newSecret());

/** Compares in a time that tells nothing, also when there is nothing to compare with. */
export function matches(secret: string, digest: Buffer | undefined): boolean {
  return timingSafeEqual(digestOf(secret), digest ?? NOBODY) && digest !== undefined;
}
