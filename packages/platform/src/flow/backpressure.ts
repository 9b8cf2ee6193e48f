import type { FeedBacklog } from '@batchfeed/schemas';
import type { Rates } from '../observe/settled-rates.ts';
import { PlatformError } from '../platform-error.ts';
import type { DiskGauge } from './disk-gauge.ts';

interface Parts {
  readonly backlogBytes: (feedId: string) => number;
  readonly backlogLimit: (feedId: string) => number;
  readonly backlog: (feedId: string) => FeedBacklog;
  readonly rates: { of(feedId: string): Rates; readonly all: Rates };
  readonly disk: Pick<DiskGauge, 'freeBytes'>;
  readonly minFreeBytes: number;
}

/**
 * What an upload is told to wait, in seconds, when nothing moves; and at least and at most
 * otherwise.
 */
const STILL_S = 30;
const LEAST_S = 1;
const MOST_S = 3_600;
/** Share of a feed's limit that is to be free again, so that a repeated upload gets somewhere. */
const WANTED_SHARE = 0.1;
const MIB = 1024 * 1024;

/**
 * Says no to updates, in a sentence, while a feed has too much on disk or the disk is nearly full.
 * Asked before each part of an upload.
 */
export class Backpressure {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   *
   * @throws PlatformError `BACKLOG_FULL`, `DISK_LOW`, saying after how many seconds it is worth
   *   trying again
   */
  async check(feedId: string): Promise<void> {
    const { backlogBytes, backlogLimit, disk, minFreeBytes } = this.#parts;
    const limit = backlogLimit(feedId);
    const bytes = backlogBytes(feedId);
    if (bytes >= limit) throw this.#backlogFull(feedId, bytes, limit);
    const free = await disk.freeBytes();
    if (free < minFreeBytes) throw this.#diskLow(free);
  }

  #backlogFull(feedId: string, bytes: number, limit: number): PlatformError {
    const { backlog, rates } = this.#parts;
    const { updates, lines } = backlog(feedId);
    const what = `${updates} updates and ${lines} lines, ${megabytes(bytes)}`;
    return new PlatformError(
      'BACKLOG_FULL',
      `Feed ${feedId} has ${what}, on disk that its plugin has not taken. Its limit is ${megabytes(limit)} (max_backlog_bytes).`,
      { facts: { retryAfterS: secondsUntil(bytes - limit * (1 - WANTED_SHARE), rates.of(feedId).bytes) } },
    );
  }

  #diskLow(free: number): PlatformError {
    const { minFreeBytes, rates } = this.#parts;
    return new PlatformError(
      'DISK_LOW',
      `The disk of the data folder has ${megabytes(free)} left. Below ${megabytes(minFreeBytes)} (min_free_bytes) no updates are taken.`,
      { facts: { retryAfterS: secondsUntil(minFreeBytes - free, rates.all.bytes) } },
    );
  }
}

function secondsUntil(bytes: number, bytesPerSecond: number): number {
  if (bytesPerSecond <= 0) return STILL_S;
  return Math.min(MOST_S, Math.max(LEAST_S, Math.ceil(bytes / bytesPerSecond)));
}

function megabytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)} MiB`;
}
