/** What of each feed was dealt with in the last seconds: tells how long emptying takes. */

/** How far back counts go. */
const WINDOW_S = 10;
/** The seconds that count, and the one that runs. */
const SLOTS = WINDOW_S + 1;

/** What was dealt with by the second. */
export interface Rates {
  readonly updates: number;
  readonly lines: number;
  /** Bytes that left the disk, less those that came in their place: an update makes lines. */
  readonly bytes: number;
}

/** What one answer of a plugin settled. */
interface Settled {
  readonly updates?: number;
  readonly lines?: number;
  readonly bytes: number;
}

interface Slots {
  readonly updates: Float64Array;
  readonly lines: Float64Array;
  readonly bytes: Float64Array;
  /** When something was first settled in a second, in milliseconds; 0 for never. */
  readonly firstAt: Float64Array;
  /** The second that runs. */
  second: number;
}

const NOTHING: Rates = { updates: 0, lines: 0, bytes: 0 };

export class SettledRates {
  readonly #feeds = new Map<string, Slots>();
  readonly #clock: () => number;

  /** `clock`: milliseconds that never run back. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  settled(feedId: string, { updates = 0, lines = 0, bytes }: Settled): void {
    let slots = this.#feeds.get(feedId);
    if (slots === undefined) {
      slots = newSlots();
      this.#feeds.set(feedId, slots);
    }
    const now = this.#clock();
    advance(slots, Math.floor(now / 1_000));
    const slot = slots.second % SLOTS;
    if (slots.firstAt[slot] === 0) slots.firstAt[slot] = now;
    slots.updates[slot] = (slots.updates[slot] ?? 0) + updates;
    slots.lines[slot] = (slots.lines[slot] ?? 0) + lines;
    slots.bytes[slot] = (slots.bytes[slot] ?? 0) + bytes;
  }

  /** By the second, over the part of the last ten seconds in which anything was settled, to now. */
  of(feedId: string): Rates {
    const slots = this.#feeds.get(feedId);
    return slots === undefined ? NOTHING : this.#rates(slots);
  }

  /** Of all feeds together. */
  get all(): Rates {
    let sum = NOTHING;
    for (const slots of this.#feeds.values()) sum = added(sum, this.#rates(slots));
    return sum;
  }

  forget(feedId: string): void {
    this.#feeds.delete(feedId);
  }

  #rates(slots: Slots): Rates {
    const now = this.#clock();
    advance(slots, Math.floor(now / 1_000));
    const began = Math.min(...slots.firstAt.filter((at) => at > 0));
    if (began === Number.POSITIVE_INFINITY) return NOTHING;
    const seconds = Math.max(1, (now - began) / 1_000);
    const rate = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0) / seconds;
    return { updates: rate(slots.updates), lines: rate(slots.lines), bytes: rate(slots.bytes) };
  }
}

function newSlots(): Slots {
  const slots = () => new Float64Array(SLOTS);
  return { updates: slots(), lines: slots(), bytes: slots(), firstAt: slots(), second: 0 };
}

/** Empties the slots of the seconds that passed. */
function advance(slots: Slots, second: number): void {
  const from = Math.max(slots.second + 1, second - SLOTS + 1);
  for (let passed = from; passed <= second; passed += 1) {
    const slot = passed % SLOTS;
    for (const counts of [slots.updates, slots.lines, slots.bytes, slots.firstAt]) counts[slot] = 0;
  }
  slots.second = Math.max(slots.second, second);
}

function added(one: Rates, other: Rates): Rates {
  return { updates: one.updates + other.updates, lines: one.lines + other.lines, bytes: one.bytes + other.bytes };
}
