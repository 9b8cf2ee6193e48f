/**
 * Sizes that decide when the store does what. Tests make them small, so that little data goes all
 * ways.
 */
export interface Tuning {
  /**
   * Bytes at which a segment is full. Reading one entry reads its segment; larger rows are hardly
   * written faster.
   */
  readonly segmentBytes: number;
  /** Segments and bytes of a lane's tail from which on its oldest segments go to the shelf. */
  readonly tailSegments: number;
  readonly tailBytes: number;
  /** Garbage beyond as much as lives that is not worth copying for. */
  readonly garbageBytes: number;
  /** Bytes of segments that are kept in memory once read, of all lanes together. */
  readonly cacheBytes: number;
}

const MIB = 1024 * 1024;

/**
 * The sizes for a store of so many lanes: the tails of all lanes together are as large as that of
 * one alone.
 */
export function tuningFor(lanes: number, changed: Partial<Tuning> = {}): Tuning {
  return {
    segmentBytes: 32 * 1024,
    tailSegments: Math.max(32, Math.floor(1024 / lanes)),
    tailBytes: Math.max(MIB, Math.floor((16 * MIB) / lanes)),
    garbageBytes: 16 * MIB,
    cacheBytes: 64 * MIB,
    ...changed,
  };
}
