/** Calls sent on one connection before the first of them is answered, where a plugin is quick. */
export const PIPELINED_CALLS = 8;
/** Answers after which is decided anew. */
const SAMPLE = 64;
/** Mean time of a call, in milliseconds, up to which a plugin may be quick. */
const QUICK_MS = 10;
/** A call whose turn took less, in milliseconds, did not hold up those behind it; and how many of a sample must be like that. */
const PROMPT_MS = 1;
const PROMPT_SHARE = 1 / 3;
/**
 * Mean time of a turn, in milliseconds, that is too long although most are prompt: a few calls that take their time then hold up more calls
 * than sharing speeds up. It is that of the latest few hundred calls, so that a pause of this process does not count for much.
 */
const HELD_UP_MS = 3;
const LATEST_SHARE = 1 / 256;
/** How long after a vain attempt the next one is made, in milliseconds: doubles with each. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 600_000;
/** How much of that each sample that is well leaves. */
const FORGET = 0.99;

/**
 * How many calls share one connection to a plugin. Several at a time go out in one write and come back in one read, which is what
 * most of a call's time is spent on when the plugin is quick. But answers come in the order of the calls: a plugin that answers one
 * after the other is better off with a connection for each. So one call a connection is the rule, and more are tried where
 * answers are quick, for as long as most of them come without having waited for the one before and hardly any waits long. Pure.
 */
export class Pipelining {
  /** Calls on one connection. */
  depth = 1;
  #answers = 0;
  #totalMs = 0;
  #prompt = 0;
  #meanTurnMs = 0;
  #restMs = FIRST_REST_MS;
  #restUntil = 0;
  readonly #deep: number;

  /** `deep`: calls on one connection of a quick plugin; 1 for never more than one. */
  constructor(deep = PIPELINED_CALLS) {
    this.#deep = deep;
  }

  /**
   * A call was answered, `turnMs` after it had become the first of its connection. `shared`: whether another was before or behind it.
   * `now` is monotonic, in milliseconds.
   */
  answered(turnMs: number, shared: boolean, now: number): void {
    // One that was alone says nothing about whether others would have had to wait for it.
    if (this.depth > 1 && !shared) return;
    this.#meanTurnMs += (turnMs - this.#meanTurnMs) * LATEST_SHARE;
    this.#answers += 1;
    this.#totalMs += turnMs;
    if (turnMs < PROMPT_MS) this.#prompt += 1;
    if (this.#answers < SAMPLE) return;
    if (this.depth > 1) {
      if (this.#prompt < SAMPLE * PROMPT_SHARE || this.#meanTurnMs > HELD_UP_MS) this.#rest(now);
      else this.#restMs = Math.max(FIRST_REST_MS, this.#restMs * FORGET);
    } else if (this.#totalMs / SAMPLE <= QUICK_MS && now >= this.#restUntil) {
      this.depth = this.#deep;
      this.#meanTurnMs = 0;
    }
    this.#startSample();
  }

  /** A call got no answer: the plugin, or something between, may be unable to do this. */
  failed(now: number): void {
    if (this.depth > 1) this.#rest(now);
    this.#startSample();
  }

  #rest(now: number): void {
    this.depth = 1;
    this.#restUntil = now + this.#restMs;
    this.#restMs = Math.min(this.#restMs * 2, LONGEST_REST_MS);
  }

  #startSample(): void {
    this.#answers = 0;
    this.#totalMs = 0;
    this.#prompt = 0;
  }
}
