import { randomBytes } from 'node:crypto';

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
const LENGTH = 16;
/** Bytes from here on are drawn again, or the first digits would come up more often. */
const FAIR_BYTES = 256 - (256 % DIGITS.length);

/** A random batch token: 16 lower-case letters and digits, 82 bits. */
export function drawToken(): string {
  let token = '';
  while (token.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      if (byte < FAIR_BYTES && token.length < LENGTH) token += DIGITS[byte % DIGITS.length];
    }
  }
  return token;
}
