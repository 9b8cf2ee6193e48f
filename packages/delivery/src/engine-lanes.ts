/**
 * The lanes of one engine while it runs: taken and given, lost to another owner, and closed.
 *
 * States of a lane: taking ──recovered──▶ working ──release, close──▶ landing ──▶ let go.
 * A lost one is let go at once.
 */
import type { Gates } from './base/gates.ts';
import { DeliveryError } from './delivery-error.ts';
import { LaneHolds } from './journal/lane-holds.ts';
import { LaneEngine } from './lane-engine.ts';
import { Lanes } from './lanes.ts';
import type { EngineOptions, Settings } from './options.ts';
import type { Window } from './state/window.ts';
import { recover } from './work/recovery.ts';

/** How long senders have to notice that they were aborted. */
const ABORT_GRACE_MS = 1_000;

export class EngineLanes {
  readonly owned: Lanes;
  readonly #options: EngineOptions;
  readonly #settings: Settings;
  readonly #shared: { readonly gates: Gates; readonly window: Window };
  readonly #holds: LaneHolds;
  readonly #aborts = new Map<number, AbortController>();
  readonly #ends = new Map<number, () => void>();
  readonly #onRoom = new Set<(destination: string) => void>();
  /** Destinations for which there was no room when that was asked. */
  readonly #full = new Set<string>();
  /** What was asked for each lane last: it is taken and let go one after the other. */
  readonly #turns = new Map<number, Promise<void>>();
  #waiting: { readonly over: () => boolean; readonly resolve: () => void }[] = [];
  #closed = false;
  #closing: Promise<void> | undefined;
  #failure: DeliveryError | undefined;

  constructor(options: EngineOptions, settings: Settings, shared: { readonly gates: Gates; readonly window: Window }) {
    this.#options = options;
    this.#settings = settings;
    this.#shared = shared;
    this.#holds = LaneHolds.of(options.store);
    this.owned = new Lanes(options.store.lanes);
  }

  async start(): Promise<void> {
    const all = Array.from({ length: this.#options.store.lanes }, (_, number) => number);
    for (const number of this.#options.lanes ?? all) await this.own(number);
  }

  /** Takes a lane over and takes up what it holds. One that is owned already is left as it is. */
  own(number: number): Promise<void> {
    return this.#inTurn(number, () => this.#own(number));
  }

  async #own(number: number): Promise<void> {
    this.mustBeOpen();
    if (this.owned.get(number) !== undefined) return;
    const writer = await this.#holds.take(number);
    const abort = new AbortController();
    const lane = new LaneEngine(writer, {
      ...this.#shared,
      log: this.#options.log,
      settings: this.#settings,
      abort: abort.signal,
      progressed: () => this.#progressed(),
    });
    try {
      await recover(lane);
      this.mustBeOpen();
    } catch (error) {
      await this.#holds.letGo(number);
      throw error;
    }
    this.#aborts.set(number, abort);
    this.owned.add(lane);
    this.#ends.set(
      number,
      writer.onBroken((error) => this.#lost(lane, error)),
    );
    if (this.owned.get(number) === lane) lane.start();
  }

  /** Lets a lane go, once what is in flight has landed or was given up. */
  release(number: number, patienceMs: number): Promise<void> {
    return this.#inTurn(number, async () => {
      const lane = this.owned.get(number);
      if (lane === undefined) return;
      this.owned.remove(number);
      await this.#land(lane, patienceMs);
    });
  }

  /** Lets all lanes go; after a failure without waiting for what is in flight. */
  close(patienceMs: number): Promise<void> {
    this.#closed = true;
    this.#closing ??= this.#close(patienceMs);
    return this.#closing;
  }

  async #close(patienceMs: number): Promise<void> {
    const all = this.owned.all;
    const ends = all.map((lane) => (this.#failure === undefined ? this.#land(lane, patienceMs) : this.#letGo(lane)));
    await Promise.allSettled([...ends, ...this.#turns.values()]);
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #inTurn(number: number, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(number);
    const turn = before === undefined ? work() : before.then(work, work);
    const end = () => {
      if (this.#turns.get(number) === turn) this.#turns.delete(number);
    };
    this.#turns.set(number, turn);
    turn.then(end, end);
    return turn;
  }

  /** Whether what is unsettled of a destination is below its limit. */
  hasRoomFor(destination: string): boolean {
    const limit = this.#settings.backlogLimitOf(destination);
    if (limit === Number.POSITIVE_INFINITY) return true;
    const [place] = this.owned.places(destination);
    if (place === undefined || place.state.backlog.bytes < limit) return true;
    this.#full.add(destination);
    return false;
  }

  onRoom(callback: (destination: string) => void): void {
    this.#onRoom.add(callback);
  }

  /**
   * Resolves when something is so. @throws DeliveryError `CLOSED` or the store's error when the
   * engine ends before
   */
  async until(over: () => boolean): Promise<void> {
    while (!over()) {
      this.mustBeOpen();
      await new Promise<void>((resolve) => this.#waiting.push({ over, resolve }));
    }
    this.mustBeOpen();
  }

  /** @throws DeliveryError `CLOSED`, or the store's error once that failed for good. */
  mustBeOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed)
      throw new DeliveryError('CLOSED', 'The engine is closed; open a new one on the same store to go on.');
  }

  /**
   * Starts nothing more of a lane, waits for what is in flight, makes what is known durable, and
   * lets the lane go.
   */
  async #land(lane: LaneEngine, patienceMs: number): Promise<void> {
    lane.stop();
    await this.#landed(lane, patienceMs);
    lane.dispatch.abandon();
    if (this.#failure === undefined) await lane.state.writer.flushed().catch(() => {});
    await this.#letGo(lane);
  }

  /** Waits for what is in flight: to its end, or until it was aborted and had time to notice. */
  async #landed({ dispatch, state }: LaneEngine, patienceMs: number): Promise<void> {
    const { clock } = this.#settings;
    const callOffs: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      this.#waiting.push({ over: () => dispatch.inFlight === 0, resolve });
      callOffs.push(clock.after(patienceMs, () => this.#aborts.get(state.number)?.abort()));
      callOffs.push(clock.after(patienceMs + ABORT_GRACE_MS, resolve));
      this.#progressed();
    });
    for (const callOff of callOffs) callOff();
  }

  async #letGo({ state }: LaneEngine): Promise<void> {
    this.#ends.get(state.number)?.();
    this.#ends.delete(state.number);
    this.#aborts.delete(state.number);
    await this.#holds.letGo(state.number);
  }

  /** A write of a lane failed: another owner has it, or the store is broken. */
  #lost(lane: LaneEngine, error: DeliveryError): void {
    lane.stop();
    lane.dispatch.abandon();
    if (error.code === 'FENCED') {
      this.owned.remove(lane.state.number);
      this.#settings.emit({ type: 'lane_lost', lane: lane.state.number, error });
      void this.#letGo(lane);
      if (!this.owned.isEmpty) return;
    }
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#closed = true;
    for (const one of this.owned.all) one.stop();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    this.#settings.emit({ type: 'failed', error });
  }

  #progressed(): void {
    this.#tellRoom();
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ over, resolve }) => {
      if (!over()) return true;
      resolve();
      return false;
    });
  }

  #tellRoom(): void {
    for (const destination of this.#full) {
      this.#full.delete(destination);
      if (this.hasRoomFor(destination)) for (const callback of this.#onRoom) callback(destination);
      else break;
    }
  }
}
