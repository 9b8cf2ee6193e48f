import type { Arrival } from '@batchfeed/schemas';
import { ArrivalChunk, CHUNK } from './arrival-chunk.ts';
import type { Trace } from './trace.ts';

/** Chunks of all feeds together: a quarter of a million arrivals in 7 MB. */
const MAX_CHUNKS = 1_024;
/** Chunks of one feed, so that a busy one leaves some to the others. */
const MAX_CHUNKS_OF_FEED = 400;
/** Arrivals named between two breaths of everything else. */
const SLICE = 10_000;

interface Recording {
  /** Oldest first; the last one is being filled. */
  readonly chunks: ArrivalChunk[];
  /** Arrivals somebody asked to keep, beyond the common budget; undefined: as many as there is room for. */
  readonly asked: number | undefined;
}

interface ArrivedLine {
  readonly key: string;
  readonly content: string;
  readonly subject?: string | undefined;
}

/**
 * Times, keys and sizes of the latest lines of every feed, for whoever wants to try another policy on them. Always on, so
 * it costs a few numbers a line: keys and users are hashed as they come and named when they are read. Memory is bounded for
 * all feeds together; when it is used up, the feed that was written to least recently loses its oldest lines.
 */
export class Arrivals {
  /** Those written to least recently first, to the chunk. */
  readonly #recordings = new Map<string, Recording>();
  readonly #trace: Trace;
  readonly #now: () => number;
  /** Chunks in use of the common budget. */
  #chunks = 0;

  constructor(trace: Trace, now: () => number) {
    this.#trace = trace;
    this.#now = now;
  }

  /** Begins a feed anew and keeps its latest `max` arrivals, whatever room there is; 0 goes back to what all feeds get. */
  record(feedId: string, max: number): void {
    this.forget(feedId);
    if (max > 0) this.#recordings.set(feedId, { chunks: [], asked: max });
  }

  /** The lines of one update. */
  came(feedId: string, lines: readonly ArrivedLine[]): void {
    const ts = this.#now();
    let chunk = this.#recordings.get(feedId)?.chunks.at(-1);
    let follows = false;
    for (const { key, content, subject } of lines) {
      if (chunk === undefined || chunk.count === CHUNK) chunk = this.#nextChunk(feedId);
      chunk.add(ts, key, Buffer.byteLength(content), subject, follows);
      follows = true;
    }
  }

  /**
   * The latest arrivals of a feed, oldest first, at most `max`. Keys and subjects are the same for the same, and mean nothing
   * else; causes are numbered from 1.
   */
  latest(feedId: string, max = Number.POSITIVE_INFINITY): Arrival[] {
    const { chunks = [], asked = Number.POSITIVE_INFINITY } = this.#recordings.get(feedId) ?? {};
    const wanted = Math.min(max, asked);
    const arrivals: Arrival[] = [];
    const kept = chunks.reduce((sum, { count }) => sum + count, 0);
    let skip = Math.max(0, kept - wanted);
    let cause = 0;
    for (const chunk of chunks) {
      for (let place = Math.min(skip, chunk.count); place < chunk.count; place += 1) {
        // What it follows may be gone, or not asked for.
        if (cause === 0 || !chunk.follows(place)) cause += 1;
        arrivals.push({ ...chunk.at(place), cause });
      }
      skip = Math.max(0, skip - chunk.count);
    }
    return arrivals;
  }

  /** The same to be taken away: named so that nobody can work out, elsewhere, what they stand for. */
  async named(feedId: string): Promise<Arrival[]> {
    const names = new Map<string, string>();
    const nameOf = (hash: string) => {
      let name = names.get(hash);
      if (name === undefined) {
        name = this.#trace(feedId, hash);
        names.set(hash, name);
      }
      return name;
    };
    const arrivals = this.latest(feedId);
    const named: Arrival[] = [];
    for (const { subject, key, ...arrival } of arrivals) {
      const more = subject === undefined ? {} : { subject: nameOf(`subject ${subject}`) };
      named.push({ ...arrival, key: nameOf(`key ${key}`), ...more });
      if (named.length % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return named;
  }

  forget(feedId: string): void {
    const recording = this.#recordings.get(feedId);
    if (recording === undefined) return;
    this.#recordings.delete(feedId);
    if (recording.asked === undefined) this.#chunks -= recording.chunks.length;
  }

  /** A chunk to go on in, with the feed as the one written to last. */
  #nextChunk(feedId: string): ArrivalChunk {
    const recording = this.#recordings.get(feedId) ?? { chunks: [], asked: undefined };
    this.#recordings.delete(feedId);
    this.#recordings.set(feedId, recording);
    const { chunks, asked } = recording;
    const chunk = asked === undefined ? this.#chunkOfAll(recording) : chunkOfOwn(chunks, asked);
    chunks.push(chunk);
    return chunk;
  }

  #chunkOfAll({ chunks }: Recording): ArrivalChunk {
    if (chunks.length >= MAX_CHUNKS_OF_FEED) return (chunks.shift() as ArrivalChunk).clear();
    if (this.#chunks < MAX_CHUNKS) {
      this.#chunks += 1;
      return new ArrivalChunk();
    }
    for (const [feedId, other] of this.#recordings) {
      if (other.asked !== undefined) continue;
      const oldest = other.chunks.shift();
      if (other.chunks.length === 0 && other.chunks !== chunks) this.#recordings.delete(feedId);
      if (oldest !== undefined) return oldest.clear();
    }
    return new ArrivalChunk();
  }
}

/** One more than what is wanted may be in use, as the oldest is given up whole. */
function chunkOfOwn(chunks: ArrivalChunk[], asked: number): ArrivalChunk {
  const isEnough = (chunks.length - 1) * CHUNK >= asked;
  return isEnough ? (chunks.shift() as ArrivalChunk).clear() : new ArrivalChunk();
}
