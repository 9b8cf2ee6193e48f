import { createHash, type Hash } from 'node:crypto';
import type { IngestReport } from '@batchfeed/schemas';
import type { Configuration } from '../config/configuration.ts';
import type { Upload, UploadMode } from '../config/uploads.ts';
import { PlatformError } from '../platform-error.ts';
import type { SplitLine } from './line-splitter.ts';

/** How long a key is remembered after its upload was last touched. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
/** How often the digest of what is accepted so far is kept. */
const DIGEST_EVERY_MS = 1_000;

interface Parts {
  readonly configuration: Configuration;
  /** How many parts of uploads with a key the feed has accepted: counted in the very write that accepts a part. */
  readonly acceptedParts: (feedId: string) => number;
  readonly now: () => number;
}

/**
 * Uploads with an `Idempotency-Key`. They are cut into parts in fixed places, and the feed's log counts accepted parts in
 * the write that accepts them; so after any crash it is known exactly with which part a repeat has to go on.
 *
 *   RUNNING ──complete──▶ DONE: a repeat gets the stored answer
 *   RUNNING ──cut off, or the platform stopped──▶ CUT: a repeat goes on behind what was accepted ──▶ RUNNING
 *
 * The uploads with a key of one feed take turns, since they share that count.
 */
export class UploadRegister {
  readonly #parts: Parts;
  readonly #running = new Set<string>();
  readonly #turns = new Map<string, Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    const { uploads } = parts.configuration;
    for (const upload of uploads.running()) uploads.cut(upload.id, this.#accepted(upload));
  }

  /**
   * Runs an upload under its key; `run` takes the body in through the guard it is given.
   *
   * @throws PlatformError `CONFLICT` while the same upload is running, `KEY_REUSED` when the key was another upload's.
   */
  async run(
    { feedId, key, mode }: { feedId: string; key: string; mode: UploadMode },
    run: (guard: KeyedUpload) => Promise<IngestReport>,
  ): Promise<IngestReport> {
    const name = `${feedId} ${key}`;
    if (this.#running.has(name)) {
      throw new PlatformError('CONFLICT', 'Idempotency-Key: the upload with this key is under way. Wait for its end.');
    }
    this.#running.add(name);
    const before = this.#turns.get(feedId) ?? Promise.resolve();
    const work = before.then(() => this.#run(feedId, key, mode, run));
    const turn = work.then(
      () => {},
      () => {},
    );
    this.#turns.set(feedId, turn);
    try {
      return await work;
    } finally {
      this.#running.delete(name);
      if (this.#turns.get(feedId) === turn) this.#turns.delete(feedId);
    }
  }

  async #run(feedId: string, key: string, mode: UploadMode, run: (guard: KeyedUpload) => Promise<IngestReport>) {
    const { configuration, acceptedParts, now } = this.#parts;
    const { uploads } = configuration;
    uploads.forgetBefore(now() - REMEMBERED_MS);
    const known = uploads.find(feedId, key);
    if (known !== undefined && known.mode !== mode) throw reused();
    const partsBefore = acceptedParts(feedId);
    const upload =
      known === undefined
        ? uploads.begin({ feedId, key, mode, partsBefore, now: now() })
        : known.state === 'DONE'
          ? known
          : uploads.again(known, partsBefore, now());
    const guard = new KeyedUpload(upload, (parts, digest) => uploads.progress(upload.id, parts, digest));
    try {
      const report = await run(guard);
      guard.mustBeComplete();
      if (upload.state === 'DONE') return JSON.parse(upload.report as string) as IngestReport;
      uploads.done(upload.id, guard.parts, guard.digest(), report, now());
      return report;
    } catch (error) {
      // After a failure of the store the count is not to be trusted; the next start reads the true one.
      if (upload.state !== 'DONE' && !isStoreFailure(error)) uploads.cut(upload.id, this.#accepted(upload));
      throw error;
    }
  }

  #accepted({ feed_id: feedId, parts, parts_before: before }: Upload): number {
    return parts + this.#parts.acceptedParts(String(feedId)) - before;
  }
}

/** One run of an upload with a key: which parts are new, and whether those that are not are the same as before. */
export class KeyedUpload {
  readonly #upload: Upload;
  readonly #keep: (parts: number, digest: Buffer) => void;
  readonly #hash: Hash = createHash('sha256');
  #keptAt = performance.now();
  parts = 0;

  constructor(upload: Upload, keep: (parts: number, digest: Buffer) => void) {
    this.#upload = upload;
    this.#keep = keep;
  }

  /** Whether the upload was complete before, so that this one is only compared with it. */
  get isDone(): boolean {
    return this.#upload.state === 'DONE';
  }

  /** Whether a part is to be accepted; false when it was. @throws PlatformError `KEY_REUSED` */
  isNew(part: readonly SplitLine[]): boolean {
    for (const { bytes } of part) this.#hash.update(bytes ?? 'too long').update('\n');
    this.parts += 1;
    const { state, parts, digest, digest_parts: digestParts } = this.#upload;
    if (digest !== null && this.parts === digestParts && !this.digest().equals(digest)) throw reused();
    if (state === 'DONE') {
      if (this.parts > parts) throw reused();
      return false;
    }
    return this.parts > parts;
  }

  /** After a part was accepted: now and then what is accepted so far is kept, to be compared with a repeat. */
  accepted(parts: number): void {
    if (parts !== this.parts || performance.now() - this.#keptAt < DIGEST_EVERY_MS) return;
    this.#keptAt = performance.now();
    this.#keep(this.parts, this.digest());
  }

  /** @throws PlatformError `KEY_REUSED` when the body ended before what was accepted under the key. */
  mustBeComplete(): void {
    if (this.parts < this.#upload.parts) throw reused();
  }

  digest(): Buffer {
    return this.#hash.copy().digest();
  }
}

function isStoreFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'DeliveryError';
}

function reused(): PlatformError {
  return new PlatformError(
    'KEY_REUSED',
    'Idempotency-Key: this key was used for an upload with another content or mode. Use a new one.',
  );
}
