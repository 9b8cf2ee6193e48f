import type { Engine } from '@batchfeed/delivery';
import type { AcceptedUpdate } from '../ingest/read-update.ts';
import { sessionKey } from '../pipeline/session-key.ts';
import { PlatformError } from '../platform-error.ts';

/** Small values by name; null deletes one. */
export type Notes = ReadonlyMap<string, string | null>;

/** Takes updates in, with notes of them; resolves when both are on disk. */
export type AppendUpdates = (updates: readonly AcceptedUpdate[], notes?: Notes) => Promise<void>;

interface Parts {
  readonly updates: Engine;
  /** Whether the feed is deleted, or being so. */
  readonly isGone: () => boolean;
  /** So many updates are on disk. */
  readonly accepted: (updates: number) => void;
}

/**
 * What takes updates in for a session of a feed. `notes` are kept with the feed, in the write that
 * takes the updates.
 *
 * The append rejects with PlatformError `CONFLICT` for a feed that is deleted meanwhile.
 */
export function appendUpdates(
  { updates: engine, isGone, accepted }: Parts,
  { feedId, sessionId }: { readonly feedId: string; readonly sessionId: string },
): AppendUpdates {
  // Not async: what was parsed need not stay in memory until the texts are on disk.
  return (updates, notes): Promise<void> => {
    if (isGone()) return Promise.reject(deletedMeanwhile(feedId));
    const lines = updates.map(({ user, text }) => ({
      destination: feedId,
      key: sessionKey(sessionId, user),
      subject: user,
      content: text,
    }));
    const count = lines.length;
    return engine.append(lines, notes === undefined ? {} : { notes }).then(({ refused }) => {
      // What the engine refuses the ingest must have refused before; going on would lose it
      // silently.
      if (refused[0] !== undefined) throw refused[0].error;
      accepted(count);
    });
  };
}

function deletedMeanwhile(feedId: string): PlatformError {
  return new PlatformError('CONFLICT', `Feed ${feedId} is being deleted, and takes nothing more.`);
}
