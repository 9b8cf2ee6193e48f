import { statfs } from 'node:fs/promises';

/** How old a look may be, in milliseconds. */
const FRESH_MS = 1_000;

interface Parts {
  /** Folder on the disk. */
  readonly folder: string;
  /**
   * Bytes inside files of the store that are written over before they grow: as good as free ones of
   * the disk.
   */
  readonly spareBytes: () => Promise<number>;
  /** Default: the file system's. */
  readonly diskBytes?: ((folder: string) => Promise<number>) | undefined;
}

/**
 * How much can still be written to the data folder; looked at once a second at most, however many
 * ask.
 */
export class DiskGauge {
  readonly #parts: Parts;
  #look: { readonly bytes: Promise<number>; readonly at: number } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Bytes that are free, as of the last second. Infinite where the file system does not tell. */
  freeBytes(): Promise<number> {
    if (this.#look === undefined || performance.now() - this.#look.at >= FRESH_MS) {
      this.#look = { bytes: this.#measure(), at: performance.now() };
    }
    return this.#look.bytes;
  }

  async #measure(): Promise<number> {
    const { folder, spareBytes, diskBytes = bytesOfDisk } = this.#parts;
    try {
      const [disk, spare] = await Promise.all([diskBytes(folder), spareBytes()]);
      return disk + spare;
    } catch {
      // A full disk is then told of by the store itself, with a sentence of its own.
      return Number.POSITIVE_INFINITY;
    }
  }
}

async function bytesOfDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
