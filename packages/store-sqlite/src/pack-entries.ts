/**
 * Entries one behind the other in UTF-8, and the bytes of each, by which they are told apart again.
 */
export interface PackedEntries {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array;
}

/** Most bytes of UTF-8 that a UTF-16 unit takes. */
const MOST_BYTES = 3;

/**
 * Packs the texts of a write, list by list. Encoded here, each is copied once, into memory that
 * another thread is handed: as a string it would be copied to be joined, to be sent, to be received
 * and to be encoded after all.
 */
export function packEntries(lists: readonly (readonly string[])[]): PackedEntries {
  let count = 0;
  let units = 0;
  for (const list of lists) {
    count += list.length;
    for (const entry of list) units += entry.length;
  }
  const lengths = new Uint32Array(count);
  // Most texts are nearly all ASCII; others make it grow.
  let bytes: Buffer = Buffer.allocUnsafeSlow(units + (units >> 4));
  let end = 0;
  let index = 0;
  for (const list of lists) {
    for (const entry of list) {
      // Whether it fits for certain is known without a count.
      if (entry.length * MOST_BYTES > bytes.length - end) bytes = withRoom(bytes, end, Buffer.byteLength(entry));
      const length = bytes.write(entry, end);
      lengths[index] = length;
      end += length;
      index += 1;
    }
  }
  return { data: new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, end), lengths };
}

function withRoom(bytes: Buffer, end: number, needed: number): Buffer {
  if (bytes.length - end >= needed) return bytes;
  const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, end + needed));
  bytes.copy(larger, 0, 0, end);
  return larger;
}
