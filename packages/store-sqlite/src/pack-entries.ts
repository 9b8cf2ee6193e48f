/** Entries one behind the other in UTF-8, and the length of each in UTF-16 units, by which they are told apart again. */
export interface PackedEntries {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array;
}

/** Most bytes of UTF-8 that a UTF-16 unit takes. */
const MOST_BYTES = 3;

/**
 * Packs the texts of a write. Encoded here, each is copied once, into memory that another thread is handed: as a string it would be copied to
 * be joined, to be sent, to be received and to be encoded after all.
 */
export function packEntries(entries: readonly string[]): PackedEntries {
  const lengths = new Uint32Array(entries.length);
  let units = 0;
  entries.forEach((entry, index) => {
    lengths[index] = entry.length;
    units += entry.length;
  });
  // Most texts are nearly all ASCII; others make it grow.
  let bytes: Buffer = Buffer.allocUnsafeSlow(units + (units >> 4));
  let end = 0;
  for (const entry of entries) {
    // Whether it fits for certain is known without a count.
    if (entry.length * MOST_BYTES > bytes.length - end) bytes = withRoom(bytes, end, Buffer.byteLength(entry));
    end += bytes.write(entry, end);
  }
  return { data: new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, end), lengths };
}

function withRoom(bytes: Buffer, end: number, needed: number): Buffer {
  if (bytes.length - end >= needed) return bytes;
  const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, end + needed));
  bytes.copy(larger, 0, 0, end);
  return larger;
}
