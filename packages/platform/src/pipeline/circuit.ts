/**
 * Keeps calls away from a plugin that is down, so that an outage burns nothing, however long it lasts.
 *
 *   CLOSED ──nobody listens, or no answer and /v1/status fails, or 5 calls in a row fail──▶ OPEN
 *   OPEN ──/v1/status answers──▶ HALF_OPEN, in which one call goes ahead, one that has not failed yet where there is any
 *   HALF_OPEN ──it is answered──▶ CLOSED          HALF_OPEN ──it fails too──▶ OPEN, with a longer pause
 *
 * Calls wait here while it is not closed. A failure that opened it, or fell into it, is the plugin's and counts for no
 * update or batch; a failure of one call while others are answered is that call's own, and counts.
 *
 * Whether the plugin is down or a few calls just cannot be answered, only a call that has not failed yet can tell. So one
 * that comes while all those failed that were tried does not wait for a long pause to end; and once a call was answered,
 * the next failure of those that had failed before is their own, so that they cannot shut it again and again for others.
 */
export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface CircuitPolicy {
  /** Milliseconds from opening to the first probe; doubles with each that fails. Default 500. */
  readonly probeMs: number;
  /** Longest time between two probes, in milliseconds. Default 30,000. */
  readonly maxProbeMs: number;
  /** Different calls that fail with no answer between them before the plugin counts as down although it says it is not. Default 5. */
  readonly failures: number;
}

export const DEFAULT_CIRCUIT: CircuitPolicy = { probeMs: 500, maxProbeMs: 30_000, failures: 5 };

/** A circuit as operators see it. */
export interface CircuitView {
  readonly state: CircuitState;
  /** When it left CLOSED, milliseconds since the epoch. */
  readonly since_ts?: number;
  readonly reason?: string;
  /** When the plugin is asked next. */
  readonly next_probe_ts?: number;
}

export interface CircuitOptions {
  readonly policy: CircuitPolicy;
  /** Asks the plugin's `/v1/status`; true when it answers that it is there. */
  readonly probe: () => Promise<boolean>;
  readonly changed: (view: CircuitView) => void;
  /** Nobody waits any more: what is known here may be forgotten. */
  readonly idle: () => void;
}

/** Why a waiting call goes on: as the one that tries, or to look again at how things stand. */
export type Turn = 'trial' | 'look';

/** Calls known to have failed while others were answered, at most; those over the longest are forgotten first. */
const MOST_SUSPECTS = 10_000;
/** How long one probe stands for the failures of calls that come after it. */
const PROBE_HOLDS_MS = 1_000;

export class Circuit {
  readonly #options: CircuitOptions;
  #state: CircuitState = 'CLOSED';
  #reason = '';
  #since = 0;
  #pause: number;
  #nextProbe = 0;
  #timer: NodeJS.Timeout | undefined;
  #waiting: { readonly call: string; readonly feedId: string; readonly tell: (turn: Turn) => void }[] = [];
  /** Calls that failed since the last answer. */
  readonly #failing = new Set<string>();
  /** Calls that failed, and others were answered since: their next failure is their own. */
  readonly #suspects = new Set<string>();
  /** Whether it is known to be down from more than calls that had failed before: from `/v1/status`, or from one that had not. */
  #confirmed = false;
  #probe: { readonly up: Promise<boolean>; readonly until: number } | undefined;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#pause = options.policy.probeMs;
  }

  get isClosed(): boolean {
    return this.#state === 'CLOSED';
  }

  get view(): CircuitView {
    if (this.#state === 'CLOSED') return { state: 'CLOSED' };
    const next = this.#state === 'OPEN' ? { next_probe_ts: this.#nextProbe } : {};
    return { state: this.#state, since_ts: this.#since, reason: this.#reason, ...next };
  }

  /** Waits until there is a reason for the call to go on. */
  turn(call: string, feedId = ''): Promise<Turn> {
    if (this.#state === 'OPEN' && !this.#confirmed && !this.#failing.has(call)) this.#hasten();
    return new Promise((tell) => this.#waiting.push({ call, feedId, tell }));
  }

  /** The plugin answered a call, whatever it said. */
  answered(call: string): void {
    if (this.#suspects.size > 0) this.#suspects.delete(call);
    if (this.#failing.size > 0) this.#suspect(call);
    if (this.#state !== 'CLOSED') this.#close();
  }

  /**
   * A call failed in a way that looks like an outage. Says whether it is one: then the failure counts for nothing.
   */
  async failed(call: string, reason: string, unreachable: boolean): Promise<boolean> {
    if (this.#state !== 'CLOSED') {
      if (this.#state === 'HALF_OPEN') {
        this.#confirmed = !this.#failing.has(call);
        this.#open(reason, this.#pause * 2);
      }
      this.#failing.add(call);
      return true;
    }
    if (!this.#suspects.delete(call)) this.#failing.add(call);
    const down = unreachable || this.#failing.size >= this.#options.policy.failures || !(await this.#isUp());
    if (!down) return this.#state !== 'CLOSED';
    if (this.#state === 'CLOSED') {
      this.#confirmed = unreachable;
      this.#open(reason, this.#options.policy.probeMs);
    }
    return true;
  }

  /** The call that was to try did not take place: another one does. */
  passOn(): void {
    if (this.#state === 'HALF_OPEN') this.#letOneTry();
  }

  /** Has all calls that wait look again at how things stand, or those of one feed. */
  disturb(feedId?: string): void {
    const told = this.#waiting;
    this.#waiting = feedId === undefined ? [] : told.filter((waiting) => waiting.feedId !== feedId);
    for (const waiting of told) if (feedId === undefined || waiting.feedId === feedId) waiting.tell('look');
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#state = 'CLOSED';
    this.disturb();
  }

  #open(reason: string, pause: number): void {
    const { maxProbeMs } = this.#options.policy;
    if (this.#state === 'CLOSED') this.#since = Date.now();
    this.#state = 'OPEN';
    this.#reason = reason;
    this.#pause = Math.min(pause, maxProbeMs);
    this.#askLater();
    this.#options.changed(this.view);
  }

  #askLater(): void {
    // Half of it by chance, so that platforms that lost a plugin together do not come back together.
    const wait = this.#pause * (0.5 + Math.random() / 2);
    this.#nextProbe = Math.round(Date.now() + wait);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), wait);
  }

  /** Asks as soon as after an opening, unless that is so already. */
  #hasten(): void {
    const { probeMs } = this.#options.policy;
    if (this.#nextProbe - Date.now() <= probeMs) return;
    this.#pause = probeMs;
    this.#askLater();
  }

  async #ask(): Promise<void> {
    if (this.#waiting.length === 0) return this.#options.idle();
    const up = await this.#options.probe();
    if (this.#state !== 'OPEN') return;
    this.#confirmed = !up;
    if (!up) return this.#open(this.#reason, this.#pause * 2);
    this.#state = 'HALF_OPEN';
    this.#options.changed(this.view);
    this.#letOneTry();
  }

  #letOneTry(): void {
    const fresh = this.#waiting.findIndex(({ call }) => !this.#failing.has(call));
    const [next] = this.#waiting.splice(Math.max(0, fresh), 1);
    if (next === undefined) this.#close();
    else next.tell('trial');
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#state = 'CLOSED';
    this.#pause = this.#options.policy.probeMs;
    this.#options.changed(this.view);
    this.disturb();
  }

  /** Those that failed, and now one was answered. */
  #suspect(answered: string): void {
    this.#failing.delete(answered);
    for (const call of this.#failing) this.#suspects.add(call);
    this.#failing.clear();
    for (const call of this.#suspects) {
      if (this.#suspects.size <= MOST_SUSPECTS) break;
      this.#suspects.delete(call);
    }
  }

  #isUp(): Promise<boolean> {
    if (this.#probe === undefined || this.#probe.until <= performance.now()) {
      this.#probe = { up: this.#options.probe(), until: performance.now() + PROBE_HOLDS_MS };
    }
    return this.#probe.up;
  }
}
