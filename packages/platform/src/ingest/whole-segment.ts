import type { WholeSegmentReport } from '@batchfeed/schemas';
import type { Configuration } from '../config/configuration.ts';
import type { Member } from '../config/segment-members.ts';
import type { Notes } from '../flow/append-updates.ts';
import type { ReadUpdate } from './read-update.ts';

type Append = (updates: readonly ReadUpdate[], notes?: Notes) => Promise<void>;

/** Members deleted at a time. */
const PAGE = 500;

interface Parts {
  readonly configuration: Configuration;
  readonly feedId: string;
  readonly sessionId: string;
  readonly append: Append;
  readonly now: () => number;
}

/**
 * One upload of everybody who is in the segment: what it has that is new or changed goes on as UPSERT, what it has not but
 * an earlier one had as DELETE. Of the members it holds one part at a time.
 */
export class WholeSegment {
  readonly #parts: Parts;
  readonly #load: number;
  readonly #report = { upserts: 0, deletes: 0, unchanged: 0, deletes_withheld: 0, known_before: 0 };

  constructor(parts: Parts) {
    this.#parts = parts;
    const { feeds, segmentMembers } = parts.configuration;
    this.#report.known_before = segmentMembers.count(parts.feedId);
    this.#load = feeds.beginLoad(parts.feedId);
  }

  get report(): WholeSegmentReport {
    return { ...this.#report };
  }

  async append(updates: readonly ReadUpdate[], notes?: Notes): Promise<void> {
    const { configuration, feedId, sessionId, append } = this.#parts;
    const { segmentMembers } = configuration;
    const { changed, pending } = segmentMembers.noteChanged({ feedId, sessionId, load: this.#load }, updates);
    this.#report.upserts += changed.length;
    this.#report.unchanged += updates.length - changed.length;
    if (changed.length === 0) return;
    await append(changed, notes);
    segmentMembers.settle(feedId, pending);
  }

  /**
   * Deletes whoever was not in it. When lines of it could not be read nobody is: any of them may have been anybody.
   */
  async complete(rejected: number): Promise<void> {
    const { configuration, feedId, append } = this.#parts;
    const { segmentMembers } = configuration;
    if (rejected > 0) {
      this.#report.deletes_withheld = segmentMembers.countStale(feedId, this.#load);
      return;
    }
    let after = '';
    for (;;) {
      const members = segmentMembers.stale(feedId, this.#load, after, PAGE);
      if (members.length === 0) return;
      after = members.at(-1)?.user_key ?? after;
      const pending = segmentMembers.noteLeaving(feedId, members);
      await append(members.map((member) => this.#deletion(member)));
      segmentMembers.settle(feedId, pending);
      this.#report.deletes += members.length;
    }
  }

  #deletion({ user_key: user, identifiers }: Member): ReadUpdate {
    const text = `{"user_identifiers":${identifiers},"operation":"DELETE","user_profiles":[],"ts":${this.#parts.now()}}`;
    return { user, text, update: { user_identifiers: JSON.parse(identifiers), operation: 'DELETE' } };
  }
}

/** Accepts single updates of a feed whose members are remembered. */
export function remembering({ configuration, feedId, sessionId, append }: Omit<Parts, 'now'>): Append {
  const { feeds, segmentMembers } = configuration;
  return async (updates, notes) => {
    // A whole-segment upload that is under way must not take them for gone.
    const pending = segmentMembers.note({ feedId, sessionId, load: feeds.loadNumber(feedId) }, updates);
    await append(updates, notes);
    segmentMembers.settle(feedId, pending);
  };
}
