import type { ApiTokenResource } from '@batchfeed/schemas';
import type { ApiTokens } from '../../config/api-tokens.ts';
import { digestOf, newSecret } from '../../secrets.ts';

/** Without a request for so long, a session is over. */
const IDLE_MS = 2 * 60 * 60 * 1_000;
/** Whatever is asked, it is over so long after sign-in. */
const WHOLE_MS = 12 * 60 * 60 * 1_000;
/** Sessions at once; beyond that the one that was used least recently ends. */
const SESSIONS = 1_000;

interface Session {
  readonly tokenId: string;
  readonly endsAt: number;
  idleAt: number;
}

/** A session that goes on: the API token it stands for, and when it ends if nothing is asked until then. */
export interface LiveSession {
  readonly token: ApiTokenResource;
  readonly expiresAt: number;
}

/**
 * Who is signed in to the console. A session stands for an API token, and is over when that is revoked. Only digests of
 * session ids are kept, and only in memory: a restart signs everybody out.
 */
export class ConsoleSessions {
  readonly #tokens: ApiTokens;
  readonly #now: () => number;
  /** By the digest of the id, the least recently used first. */
  readonly #sessions = new Map<string, Session>();

  constructor(tokens: ApiTokens, now: () => number) {
    this.#tokens = tokens;
    this.#now = now;
  }

  /** Opens a session; its id is known in clear to nobody but the caller. */
  open(tokenId: string): string {
    const id = newSecret();
    const now = this.#now();
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(nameOf(id), { tokenId, endsAt: now + WHOLE_MS, idleAt: now + IDLE_MS });
    return id;
  }

  /** The session of this id, while it goes on. Asking puts its end off. */
  use(id: string): LiveSession | undefined {
    const live = this.look(id);
    const name = nameOf(id);
    const session = this.#sessions.get(name);
    if (live === undefined || session === undefined) return undefined;
    session.idleAt = this.#now() + IDLE_MS;
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    return this.look(id);
  }

  /** The same without putting anything off: for what goes on by itself. */
  look(id: string): LiveSession | undefined {
    const name = nameOf(id);
    const session = this.#sessions.get(name);
    if (session === undefined) return undefined;
    const token = this.#tokens.get(session.tokenId);
    const expiresAt = Math.min(session.idleAt, session.endsAt);
    if (token !== undefined && this.#now() < expiresAt) return { token, expiresAt };
    this.#sessions.delete(name);
    return undefined;
  }

  end(id: string): void {
    this.#sessions.delete(nameOf(id));
  }
}

function nameOf(id: string): string {
  return digestOf(id).toString('base64');
}
