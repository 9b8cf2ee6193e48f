import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Shorter ones are not worth the work. */
const WORTH_IT = 512;
const PLAIN = 0;
const ZSTD = 1;

/** Bytes as they stand in the database: one that says how, then the bytes, compressed where that is worth it. */
export function squeeze(bytes: Uint8Array): Buffer {
  const isWorthIt = bytes.byteLength >= WORTH_IT;
  return Buffer.concat([Buffer.of(isWorthIt ? ZSTD : PLAIN), isWorthIt ? zstdCompressSync(bytes) : bytes]);
}

/** The bytes again, in a buffer of their own, so that numbers of any width may be read from them. */
export function unsqueeze(squeezed: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = squeezed.subarray(1);
  return new Uint8Array(squeezed[0] === ZSTD ? zstdDecompressSync(body) : body);
}
