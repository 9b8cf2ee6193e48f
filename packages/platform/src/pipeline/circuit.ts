/**
 * Keeps calls away from a plugin that is down, so that an outage burns nothing, however long it lasts.
 *
 *   CLOSED ──nobody listens, or no answer and /v1/status fails, or 5 calls in a row fail──▶ OPEN
 *   OPEN ──/v1/status answers──▶ HALF_OPEN, in which one call goes ahead
 *   HALF_OPEN ──it is answered──▶ CLOSED          HALF_OPEN ──it fails too──▶ OPEN, with a longer pause
 *
 * Calls wait here while it is not closed. A failure that opened it, or fell into it, is the plugin's and counts for no
 * update or batch; a failure of one call while others are answered is that call's own, and counts.
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
  #waiting: ((turn: Turn) => void)[] = [];
  /** Calls that failed since the last answer. */
  readonly #failing = new Set<string>();
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

  /** Waits until there is a reason to go on. */
  turn(): Promise<Turn> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The plugin answered a call, whatever it said. */
  answered(): void {
    if (this.#failing.size > 0) this.#failing.clear();
    if (this.#state !== 'CLOSED') this.#close();
  }

  /**
   * A call failed in a way that looks like an outage. Says whether it is one: then the failure counts for nothing.
   */
  async failed(call: string, reason: string, unreachable: boolean): Promise<boolean> {
    if (this.#state !== 'CLOSED') {
      if (this.#state === 'HALF_OPEN') this.#open(reason, this.#pause * 2);
      return true;
    }
    this.#failing.add(call);
    const down = unreachable || this.#failing.size >= this.#options.policy.failures || !(await this.#isUp());
    if (!down) return this.#state !== 'CLOSED';
    if (this.#state === 'CLOSED') this.#open(reason, this.#options.policy.probeMs);
    return true;
  }

  /** The call that was to try did not take place: another one does. */
  passOn(): void {
    if (this.#state === 'HALF_OPEN') this.#letOneTry();
  }

  /** Has all who wait look again at how things stand. */
  disturb(): void {
    for (const tell of this.#waiting.splice(0)) tell('look');
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
    this.#failing.clear();
    this.#pause = Math.min(pause, maxProbeMs);
    // Half of it by chance, so that platforms that lost a plugin together do not come back together.
    const wait = this.#pause * (0.5 + Math.random() / 2);
    this.#nextProbe = Math.round(Date.now() + wait);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), wait);
    this.#options.changed(this.view);
  }

  async #ask(): Promise<void> {
    if (this.#waiting.length === 0) return this.#options.idle();
    const up = await this.#options.probe();
    if (this.#state !== 'OPEN') return;
    if (!up) return this.#open(this.#reason, this.#pause * 2);
    this.#state = 'HALF_OPEN';
    this.#options.changed(this.view);
    this.#letOneTry();
  }

  #letOneTry(): void {
    const tell = this.#waiting.shift();
    if (tell === undefined) this.#close();
    else tell('trial');
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#state = 'CLOSED';
    this.#pause = this.#options.policy.probeMs;
    this.#failing.clear();
    this.#options.changed(this.view);
    this.disturb();
  }

  #isUp(): Promise<boolean> {
    if (this.#probe === undefined || this.#probe.until <= performance.now()) {
      this.#probe = { up: this.#options.probe(), until: performance.now() + PROBE_HOLDS_MS };
    }
    return this.#probe.up;
  }
}
