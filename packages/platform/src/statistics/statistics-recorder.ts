import { statisticsCounters } from '@batchfeed/schemas';
import { type Counters, HOUR_MS, type HourCounts, type StatisticsTables } from '../config/statistics-tables.ts';
import { maskText } from '../history/mask.ts';

/** Tags of rejected identifiers that are told apart in an hour of a session; the others count together. */
const MAX_TAGS = 1_000;
const MAX_TAG_LENGTH = 200;
/** What of a tag is looked at: an address that reaches over the end of what is kept must be seen whole to be masked. */
const MAX_TAG_READ = 1_000;
/** How long counts stay in memory before they are written. */
export const FLUSH_MS = 1_000;

/** Counts of one session since the last flush. */
export interface SessionCounts {
  readonly counters: Counters;
  readonly rejected: Map<string, [tag: string, value: string, count: number]>;
}

/** Totals of a feed as the ledgers have them, which survive every crash. */
export type DurableTotals = Partial<Counters>;

/**
 * Counts what happens, in memory, and writes it every second in one transaction. A crash loses at most that second of
 * detail: at the next start the totals are held against the ledgers, and the difference goes to the latest session.
 */
export class StatisticsRecorder {
  readonly #tables: StatisticsTables;
  readonly #now: () => number;
  #feeds = new Map<string, Map<string, SessionCounts>>();
  readonly #timer: NodeJS.Timeout;

  constructor(tables: StatisticsTables, now: () => number, onFailure: (error: Error) => void = () => {}) {
    this.#tables = tables;
    this.#now = now;
    this.#timer = setInterval(() => {
      try {
        this.flush();
      } catch (error) {
        onFailure(error as Error);
      }
    }, FLUSH_MS);
    this.#timer.unref();
  }

  /** The counts of a session, to add to. Not to be kept: the next flush begins new ones. */
  of(feedId: string, sessionId: string): SessionCounts {
    let sessions = this.#feeds.get(feedId);
    if (sessions === undefined) {
      sessions = new Map();
      this.#feeds.set(feedId, sessions);
    }
    let counts = sessions.get(sessionId);
    if (counts === undefined) {
      counts = { counters: noCounts(), rejected: new Map() };
      sessions.set(sessionId, counts);
    }
    return counts;
  }

  /** Writes what was counted. When that fails it is kept for the next time. */
  flush(): void {
    if (this.#feeds.size === 0) return;
    const now = this.#now();
    const hour = now - (now % HOUR_MS);
    const hours: HourCounts[] = [];
    for (const [feedId, sessions] of this.#feeds) {
      for (const [sessionId, { counters, rejected }] of sessions) {
        hours.push({ feedId, sessionId, hour, counters, rejected: [...rejected.values()] });
      }
    }
    this.#tables.add(hours);
    this.#feeds = new Map();
  }

  /** Makes a feed's sums agree with its ledgers. The difference is what the last crash took from memory. */
  reconcile(feedId: string, sessionId: string, durable: DurableTotals, recorded: Counters | undefined): void {
    const { counters } = this.of(feedId, sessionId);
    const pending = [...(this.#feeds.get(feedId)?.values() ?? [])];
    for (const name of statisticsCounters) {
      const total = durable[name];
      if (total === undefined) continue;
      const counted = pending.reduce((sum, counts) => sum + counts.counters[name], recorded?.[name] ?? 0);
      counters[name] += total - counted;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}

/** Counts identifiers that a plugin refused, by each tag it gave them, without what looks personal in it. */
export function countRejected({ rejected }: SessionCounts, tags: readonly { key: string; value: string }[]): void {
  const named = tags.length === 0 ? [{ key: '', value: '' }] : tags;
  for (const { key, value } of named) {
    // Most tags have nothing to mask and are known: masking takes longer than all else here.
    const known = rejected.get(nameOf(key, value));
    if (known === undefined) countMasked(rejected, shown(key), shown(value));
    else known[2] += 1;
  }
}

function countMasked(rejected: SessionCounts['rejected'], tag: string, value: string): void {
  const name = nameOf(tag, value);
  const known = rejected.get(name);
  if (known !== undefined) known[2] += 1;
  else if (rejected.size < MAX_TAGS) rejected.set(name, [tag, value, 1]);
  else countOther(rejected);
}

function nameOf(tag: string, value: string): string {
  return JSON.stringify([tag, value]);
}

function countOther(rejected: SessionCounts['rejected']): void {
  const other = rejected.get('other');
  if (other === undefined) rejected.set('other', ['(others)', '', 1]);
  else other[2] += 1;
}

function shown(text: string): string {
  return maskText(text.slice(0, MAX_TAG_READ)).slice(0, MAX_TAG_LENGTH).toWellFormed();
}

function noCounts(): Counters {
  return Object.fromEntries(statisticsCounters.map((name) => [name, 0])) as Counters;
}
