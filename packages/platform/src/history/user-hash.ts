/**
 * Names of users as 64 bits, so that millions of them can be kept and searched through. Two users share a hash about once
 * in 10^19 pairs. Salted: the same user has another hash on another data folder. Fast rather than cryptographic, as every
 * update and line pays for it: it is an index, not a seal.
 */
export class UserHasher {
  readonly #salt: readonly [number, number];
  /** The hash of the text last read, as two unsigned halves. */
  lo = 0;
  hi = 0;

  constructor(salt: string) {
    this.#salt = [0, 0];
    this.read(salt);
    this.#salt = [this.lo, this.hi];
  }

  /** Hashes a text into `lo` and `hi`: no object per call. */
  read(text: string): void {
    let one = this.#salt[0] ^ 0x9e3779b9;
    let two = this.#salt[1] ^ 0x7f4a7c15;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      one = Math.imul(one ^ unit, 0x85ebca6b);
      one = (one << 13) | (one >>> 19);
      two = Math.imul(two + unit, 0xc2b2ae35);
      two = (two << 17) | (two >>> 15);
    }
    // Each half sees the other, so that texts that meet in one half part again.
    this.lo = scatter(one ^ ((two << 7) | (two >>> 25)) ^ text.length);
    this.hi = scatter(two + Math.imul(one, 0x27d4eb2f));
  }
}

function scatter(bits: number): number {
  let scattered = bits;
  scattered = Math.imul(scattered ^ (scattered >>> 15), 0x2c1b3c6d);
  scattered = Math.imul(scattered ^ (scattered >>> 12), 0x297a2d39);
  return (scattered ^ (scattered >>> 15)) >>> 0;
}
