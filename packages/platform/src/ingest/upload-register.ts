import { createHash, type Hash } from 'node:crypto';
import type { IngestReport } from '@batchfeed/schemas';
import type { Notes } from '../flow/append-updates.ts';
import { PlatformError } from '../platform-error.ts';
import type { SplitLine } from './line-splitter.ts';
import type { PieceFacts } from './pieces.ts';
import {
  NOTHING_TAKEN,
  readUploadNote,
  UPLOAD_SLICES,
  type UploadMode,
  type UploadRecord,
  uploadNote,
  uploadNoteName,
  uploadSlice,
} from './upload-notes.ts';

/** How long a key is remembered after its upload was last touched, at least. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

interface Parts {
  /** Keeps notes with a feed, and gives those whose names begin with a prefix. */
  readonly pipeline: {
    note(feedId: string, notes: Notes): Promise<void>;
    notes(feedId: string, prefix: string): Promise<ReadonlyMap<string, string>>;
  };
  readonly now: () => number;
}

/**
 * Uploads with an `Idempotency-Key`. They are cut into parts in fixed places. The write that takes
 * a part also notes how many parts are taken and what they look like, so after any end it is known
 * exactly with which part a repeat has to go on.
 *
 *   (nothing) ──first part──▶ CUT ──next part──▶ CUT ──complete──▶ DONE: a repeat gets the stored answer
 *                             CUT ──repeated──▶ goes on behind what is taken
 *
 * A key is in use while a request with it is served here; when its connection breaks, until the
 * write in progress has landed. Uploads with different keys go side by side.
 */
export class UploadRegister {
  readonly #parts: Parts;
  readonly #running = new Set<string>();
  #slice = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Runs an upload under its key; `run` takes the body in through the guard it is given.
   *
   * @throws PlatformError `CONFLICT` while the same upload is running, `KEY_REUSED` when the key
   *   was another upload's.
   */
  async run(
    { feedId, key, mode }: { feedId: string; key: string; mode: UploadMode },
    run: (guard: KeyedUpload) => Promise<IngestReport>,
  ): Promise<IngestReport> {
    const inUse = `${feedId} ${key}`;
    if (this.#running.has(inUse)) {
      throw new PlatformError('CONFLICT', 'Idempotency-Key: the upload with this key is under way. Wait for its end.');
    }
    this.#running.add(inUse);
    try {
      return await this.#run(feedId, uploadNoteName(key), mode, run);
    } finally {
      this.#running.delete(inUse);
    }
  }

  /** Forgets what nobody repeats any more: a sixteenth of all keys of these feeds each time. */
  async forgetOld(feedIds: readonly string[]): Promise<void> {
    const { pipeline, now } = this.#parts;
    const slice = uploadSlice(this.#slice);
    this.#slice = (this.#slice + 1) % UPLOAD_SLICES;
    for (const feedId of feedIds) {
      const old = new Map<string, null>();
      for (const [name, text] of await pipeline.notes(feedId, slice)) {
        if (readUploadNote(text).touchedAt < now() - REMEMBERED_MS) old.set(name, null);
      }
      if (old.size > 0) await pipeline.note(feedId, old);
    }
  }

  async #run(feedId: string, name: string, mode: UploadMode, run: (guard: KeyedUpload) => Promise<IngestReport>) {
    const { pipeline, now } = this.#parts;
    const text = (await pipeline.notes(feedId, name)).get(name);
    const known = text === undefined ? undefined : readUploadNote(text);
    if (known !== undefined && known.mode !== mode) throw reused();
    const guard = new KeyedUpload(name, known ?? { ...NOTHING_TAKEN, mode, touchedAt: now() }, now);
    const report = await run(guard);
    guard.mustBeComplete();
    if (known?.report !== undefined) return JSON.parse(known.report) as IngestReport;
    await pipeline.note(feedId, guard.notes(JSON.stringify(report)));
    return report;
  }
}

/**
 * One run of an upload with a key: which parts are new, and whether those that are not are the same
 * as before.
 */
export class KeyedUpload {
  readonly #name: string;
  readonly #before: UploadRecord;
  readonly #now: () => number;
  readonly #hash: Hash = createHash('sha256');
  #parts = 0;

  constructor(name: string, before: UploadRecord, now: () => number) {
    this.#name = name;
    this.#before = before;
    this.#now = now;
  }

  /** Whether the upload was complete before, so that this one is only compared with it. */
  get isDone(): boolean {
    return this.#before.report !== undefined;
  }

  /**
   * Reads the next part: whether it was taken in before, and what is noted when it is taken in now.
   *
   * @throws PlatformError `KEY_REUSED`
   */
  read(part: readonly SplitLine[]): PieceFacts {
    for (const { bytes } of part) this.#hash.update(bytes ?? 'too long').update('\n');
    this.#parts += 1;
    const { parts, digest, digestParts } = this.#before;
    if (this.#parts === digestParts && this.#digest() !== digest) throw reused();
    if (this.isDone && this.#parts > digestParts) throw reused();
    if (this.isDone || this.#parts <= parts) return { isKnown: true };
    // A repeat of a whole segment must not note less than what it is compared with.
    return this.#parts < digestParts ? {} : { notes: this.notes() };
  }

  /** What is noted of the parts read so far; with a report when it is complete. */
  notes(report?: string): Notes {
    const { mode } = this.#before;
    const parts = mode === 'full' ? 0 : this.#parts;
    const digest = { digestParts: this.#parts, digest: this.#digest() };
    return uploadNote(this.#name, { mode, parts, ...digest, touchedAt: this.#now(), report });
  }

  /** @throws PlatformError `KEY_REUSED` when the body ended before what it is compared with. */
  mustBeComplete(): void {
    if (this.#parts < this.#before.digestParts) throw reused();
  }

  #digest(): string {
    return this.#hash.copy().digest('base64');
  }
}

function reused(): PlatformError {
  return new PlatformError(
    'KEY_REUSED',
    'Idempotency-Key: this key was used for an upload with another content or mode. Use a new one.',
  );
}
