/**
 * The durable engine over a store: lines in, batches delivered, every line in exactly one place at
 * any moment. `lane-engine.ts` has the life of a line; here is what callers see, and what the lanes
 * of one engine share.
 */
import { Gates } from './base/gates.ts';
import type { DeadLetter } from './dead-letters.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Downstream } from './downstream.ts';
import { EngineLanes } from './engine-lanes.ts';
import { DeadLetterReader, shown } from './inquiry/dead-letter-reader.ts';
import { holdUps, openGroups } from './inquiry/explain.ts';
import { type ExplainQuery, explainQuery } from './inquiry/explain-query.ts';
import type { Explanation, OpenGroup, Wait } from './inquiry/explanation.ts';
import { type AppendOptions, type AppendResult, Intake } from './intake.ts';
import { type Ledger, sumLedgers } from './ledger.ts';
import type { Line } from './line.ts';
import { type EngineOptions, type Settings, settingsOf } from './options.ts';
import { PREFIX } from './state/records.ts';
import { Window } from './state/window.ts';
import { discard } from './work/discarding.ts';
import { expireLetters } from './work/expiry.ts';
import { replay } from './work/replays.ts';

/** How an engine is closed, or lets go of a lane. */
export interface CloseOptions {
  /** Milliseconds to wait for sends in flight before they are aborted. Default 10,000. */
  readonly patienceMs?: number;
}

/** What of a destination is not over. */
export interface Backlog {
  /** Lines that are not over. */
  readonly lines: number;
  /** UTF-8 bytes of their entries. */
  readonly bytes: number;
  /** Of the lines, those behind the window. */
  readonly waiting: number;
  readonly waitingBytes: number;
}

/**
 * Opens an engine and takes up what the store holds: sealed batches go on under their ids, open
 * lines age from when they came.
 *
 * @throws DeliveryError `INVALID` for an impossible option, `STORE_…` when the store cannot be
 * read.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const engine = new Engine(options, settingsOf(options));
  await engine.start();
  return engine;
}

/**
 * A durable engine over one log of a store, made by `openEngine`. Its methods reject with `CLOSED`
 * after `close`, with `NOT_OWNER` for a destination whose lane is not owned here, and with the
 * store's error once that failed for good.
 */
export class Engine implements Downstream {
  readonly gates: Gates;
  readonly #settings: Settings;
  readonly #window: Window;
  readonly #lanes: EngineLanes;
  readonly #intake: Intake;
  readonly #deadLetters: DeadLetterReader;
  /** Dead letters on their way out, by ref. */
  readonly #leaving = new Set<string>();
  /** Whether appends are taken. */
  #taking = true;

  /** Use `openEngine`. */
  constructor(options: EngineOptions, settings: Settings) {
    this.#settings = settings;
    // Retry-After delays are shared with the downstream engine: a 429 in either stage pauses the
    // destination in both.
    this.gates = settings.downstream?.gates ?? new Gates();
    this.#window = new Window(settings.windowBytes, settings.textBytes);
    this.#lanes = new EngineLanes(options, settings, { gates: this.gates, window: this.#window });
    this.#intake = new Intake(this.#lanes.owned, settings);
    this.#deadLetters = new DeadLetterReader(this.#lanes.owned);
  }

  /** @internal */
  async start(): Promise<void> {
    await this.#lanes.start();
    this.#settings.downstream?.onRoom((destination) => {
      for (const { lane, state } of this.#lanes.owned.places(destination)) lane.state.onReady(state);
    });
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes lines in. Resolves when they are on disk, whatever becomes of memory and of other
   * destinations. A line that can be in no batch is refused with its index and reason, and the
   * others go on.
   *
   * @throws DeliveryError `CLOSED` after `close`; `NOT_OWNER`; `STORE_…` when they could not be
   * written; `INVALID` when lines with `notes` are too large
   *   for one write.
   */
  append(lines: readonly Line[], options: AppendOptions = {}): Promise<AppendResult> {
    // Not async: each promise in between costs as much as half the rest of the way in.
    try {
      this.#mustTake();
      return this.#intake.append(lines, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Keeps small values with a destination, as `append` does with lines; null deletes one. Resolves
   * when that is durable.
   */
  async note(destination: string, notes: ReadonlyMap<string, string | null>): Promise<void> {
    this.#mustTake();
    await this.#intake.note(destination, notes);
  }

  /** The notes of a destination whose names begin with `prefix`. */
  async notes(destination: string, prefix = ''): Promise<Map<string, string>> {
    this.#lanes.mustBeOpen();
    const { lane, state } = this.#lanes.owned.destination(destination);
    await lane.state.writer.flushed();
    const start = lane.state.stateKey(`${PREFIX.note}${state.nameText}/`);
    const found = new Map<string, string>();
    for await (const [key, value] of lane.state.scan(start + prefix)) found.set(key.slice(start.length), value);
    return found;
  }

  handOverFault(lines: readonly Line[], lane: number): string | undefined {
    return this.#intake.handOverFault(lines, lane);
  }

  handOver(lines: readonly Line[]): void {
    this.#intake.handOver(lines);
  }

  /**
   * Whether what is unsettled of a destination is below its backlog limit. After a no, `onRoom`
   * tells when it is.
   */
  hasRoomFor(destination: string): boolean {
    return this.#lanes.hasRoomFor(destination);
  }

  onRoom(callback: (destination: string) => void): void {
    this.#lanes.onRoom(callback);
  }

  /** Refuses appends from now on (`CLOSED`), and goes on with everything else. */
  stopTaking(): void {
    this.#taking = false;
  }

  // ── what moves ────────────────────────────────────────────────────────────────────────────────

  /**
   * Seals everything that is open or held (`drain`), of one destination or of all: what is on its
   * way to the disk included, and what waits there, as soon as it comes into the window. Resolves
   * when all that is in the window is sealed.
   *
   * @throws DeliveryError `STORE_…` when the way to the disk ends in a failure.
   */
  async drain(destination?: string): Promise<void> {
    // First what is on its way: sealing before and after would cut one group in two.
    await Promise.all(this.#lanes.owned.all.map((lane) => lane.state.writer.flushed()));
    for (const { lane, state } of this.#lanes.owned.places(destination)) lane.drain(state);
  }

  /**
   * Asks for the policies and the ordering again; open groups over a new limit are cut
   * (`reconfigured`).
   */
  reconfigure(destination?: string): void {
    for (const { lane, state } of this.#lanes.owned.places(destination)) lane.reconfigure(state);
  }

  /**
   * Sends nothing more to a destination until `resume`. What is in flight goes on. Not kept across
   * restarts: see the option `paused`.
   */
  pause(destination: string): void {
    this.#lanes.owned.destination(destination).state.paused = true;
  }

  /** Ends a `pause`, and sends what waits. */
  resume(destination: string): void {
    for (const { lane, state } of this.#lanes.owned.places(destination)) {
      state.paused = false;
      lane.state.onReady(state);
    }
  }

  /**
   * From now on waits for no delay before it sends to a destination: neither for those asked for,
   * nor for the repetition of what failed. For a caller that knows that these sends reach nothing
   * outside. Not kept across restarts.
   */
  ignoreDelays(destination: string): void {
    const { lane, state } = this.#lanes.owned.destination(destination);
    lane.dispatch.ignoreDelays(state);
  }

  /**
   * Ends everything unsettled of a destination as `discarded`, in slices beside other work; what is
   * in flight lands first. Lines that are appended later are discarded, too, so stop appending
   * before. Not kept across restarts: call it again.
   *
   * @throws DeliveryError `CLOSED`, `NOT_OWNER`, `STORE_…`
   */
  async discard(destination: string): Promise<void> {
    this.#lanes.mustBeOpen();
    const { lane, state } = this.#lanes.owned.destination(destination);
    // What a damaged one held in the window waits on disk again, among what is in flight.
    if (state.damage !== undefined) await this.#lanes.until(() => state.inFlight === 0);
    await discard(lane, state);
    await this.idle(destination);
  }

  /**
   * Removes everything of a destination that is idle: its queues, notes, dead letters and state.
   * Its counts go on in the sum over all destinations.
   *
   * @throws DeliveryError `INVALID` when lines of it are unsettled; `CLOSED`, `NOT_OWNER`,
   * `STORE_…`
   */
  async forget(destination: string): Promise<void> {
    this.#lanes.mustBeOpen();
    const { lane, state } = this.#lanes.owned.destination(destination);
    if (state.forgetting !== undefined) return state.forgetting;
    if (state.idle && (await lane.state.forget(state))) return;
    throw new DeliveryError('INVALID', 'The destination has unsettled lines: deliver or discard them first.');
  }

  // ── what one sees ─────────────────────────────────────────────────────────────────────────────

  /**
   * What keeps back everything that waits to be sent to a destination: nothing while some of it can
   * be.
   */
  holdUps(destination: string): Wait[] {
    return this.#lanes.owned.places(destination).flatMap(({ lane, state }) => holdUps(lane, state));
  }

  /**
   * Where every line is: of one destination, of those that match, or of all together, those that
   * were forgotten included.
   */
  ledger(of?: string | ((destination: string) => boolean)): Ledger {
    const places = this.#lanes.owned.places(typeof of === 'string' ? of : undefined);
    const ledgers = places
      .filter(({ state }) => typeof of !== 'function' || of(state.name))
      .map(({ state }) => state.ledger);
    const gone = of === undefined ? this.#lanes.owned.all.map((lane) => lane.state.gone) : [];
    return sumLedgers([...ledgers, ...gone]);
  }

  /** What of a destination is not over, and how much of that waits behind the window. */
  backlog(destination: string): Backlog {
    const [place] = this.#lanes.owned.places(destination);
    return place?.state.backlog ?? { lines: 0, bytes: 0, waiting: 0, waitingBytes: 0 };
  }

  /** Bytes of the window that are in use. */
  get windowBytes(): number {
    return this.#window.held;
  }

  /**
   * When the oldest line of an open group was accepted, in milliseconds since the epoch; undefined
   * when none is open.
   */
  get oldestOpenedAt(): number | undefined {
    return this.oldestOpenedAtOf(undefined);
  }

  /** The same of one destination. */
  oldestOpenedAtOf(destination: string | undefined): number | undefined {
    let oldest: number | undefined;
    for (const { state } of this.#lanes.owned.places(destination)) {
      const at = state.batcher?.oldestAt;
      if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at;
    }
    return oldest;
  }

  /**
   * What each open group of a destination holds; lines that wait on disk or are held are in none.
   */
  openGroups(destination: string): OpenGroup[] {
    return this.#lanes.owned.places(destination).flatMap(({ state }) => openGroups(state));
  }

  /** Names of all destinations that have had a line and were not forgotten. */
  destinations(): string[] {
    return this.#lanes.owned.places().map(({ state }) => state.name);
  }

  /** Resolves when every line is over and that is durable, of one destination or of all. */
  async idle(destination?: string): Promise<void> {
    if (destination !== undefined) this.#lanes.owned.of(destination);
    await this.#lanes.until(() => this.#lanes.owned.places(destination).every(({ state }) => state.idle));
    await this.#lanes.owned.written();
  }

  /**
   * Where something is, why it was sealed, what it waits for and until when: everything unsettled
   * of a key in the order in which it will be sent, everything unsettled that holds a line of a
   * subject, one batch, or one line by its id.
   *
   * @throws DeliveryError `STORE_…`
   */
  explain(about: ExplainQuery): Promise<Explanation[]> {
    return explainQuery(this.#lanes.owned, this.#deadLetters, about);
  }

  // ── dead letters ──────────────────────────────────────────────────────────────────────────────

  /**
   * Dead letters in order of dying (destination by destination), behind the one with ref `after`,
   * at most `limit` (default 100).
   *
   * @throws DeliveryError `STORE_…`; `NOT_FOUND` when `after` is no ref.
   */
  deadLetters(query: { destination?: string; after?: string; limit?: number } = {}): Promise<DeadLetter[]> {
    return this.#deadLetters.list(query);
  }

  /**
   * One dead letter, read alone, with the subjects of its lines. @throws DeliveryError `NOT_FOUND`,
   * `STORE_…`
   */
  async deadLetter(ref: string): Promise<DeadLetter & { readonly subjects: readonly string[] }> {
    const found = await this.#deadLetters.find(ref);
    const lines = await this.#deadLetters.lines(found);
    const letter = shown(found.lane, found.destination, found.letter);
    return { ...letter, subjects: [...new Set(lines.flatMap(({ subject }) => subject ?? []))] };
  }

  /** The contents of a dead letter's lines. @throws DeliveryError `NOT_FOUND` */
  async deadLines(ref: string): Promise<string[]> {
    return (await this.deadContents(ref)).map(({ content }) => content);
  }

  /** The same with the subject of each line. @throws DeliveryError `NOT_FOUND` */
  async deadContents(ref: string): Promise<{ readonly content: string; readonly subject: string | undefined }[]> {
    const lines = await this.#deadLetters.lines(await this.#deadLetters.find(ref));
    return lines.map(({ content, subject }) => ({ content, subject }));
  }

  /**
   * Sends a dead letter again, with the same lines under the same batch id, behind what waits under
   * its key. Waits while the window has no room.
   *
   * @throws DeliveryError `OVERTAKEN` when a later line of one of its subjects was accepted since,
   * unless `confirmed`; `NOT_FOUND`, `CLOSED`, `STORE_…`
   */
  async replay(ref: string, { confirmed = false }: { readonly confirmed?: boolean } = {}): Promise<void> {
    this.#lanes.mustBeOpen();
    // Asked for twice at once, it goes once.
    if (this.#leaving.has(ref)) return;
    this.#leaving.add(ref);
    try {
      const { lane, destination, letter } = await this.#deadLetters.find(ref);
      if (!confirmed) mustNotBeOvertaken(letter.ref, lane.overtaken.laterOf(destination, letter));
      await this.#lanes.until(() => destination.paused || destination.account.hasRoom);
      await replay(lane, destination, letter);
      await lane.state.writer.written();
    } finally {
      this.#leaving.delete(ref);
    }
  }

  /**
   * Deletes, for good, dead letters that died before a time (milliseconds since the epoch), of one
   * destination or of all; each is told of (`expired` event) and stays counted as `expired` in the
   * ledger. Returns how many, once that is durable.
   *
   * @throws DeliveryError `CLOSED`, `STORE_…`
   */
  async expireDeadLetters(before: number, destination?: string): Promise<number> {
    let expired = 0;
    for (const place of this.#lanes.owned.places(destination)) {
      this.#lanes.mustBeOpen();
      expired += await expireLetters(place, before, this.#leaving);
    }
    return expired;
  }

  // ── lanes and end ─────────────────────────────────────────────────────────────────────────────

  /** Numbers of the lanes that are owned here. */
  get lanes(): readonly number[] {
    return this.#lanes.owned.all.map((lane) => lane.state.number);
  }

  /** Number of the lane a destination lives in, owned or not. */
  laneOf(destination: string): number {
    return this.#lanes.owned.numberOf(destination);
  }

  /** Takes a lane over and takes up what it holds. @throws DeliveryError `STORE_…`, `CLOSED` */
  own(lane: number): Promise<void> {
    return this.#lanes.own(lane);
  }

  /**
   * Lets what is in flight of a lane land, or aborts the waiting for it, makes what is known
   * durable and gives the lane back.
   */
  release(lane: number, { patienceMs = 10_000 }: CloseOptions = {}): Promise<void> {
    return this.#lanes.release(lane, patienceMs);
  }

  /**
   * Takes nothing more, starts nothing more, lets what is in flight end (or aborts it when patience
   * does: its outcome is then unknown, and the next engine sends it again under its id), and makes
   * what is known durable. Open groups stay open in the store: the next engine goes on with them.
   * The store stays open; it is its opener's to close.
   */
  close({ patienceMs = 10_000 }: CloseOptions = {}): Promise<void> {
    this.#taking = false;
    return this.#lanes.close(patienceMs);
  }

  #mustTake(): void {
    this.#lanes.mustBeOpen();
    if (!this.#taking)
      throw new DeliveryError('CLOSED', 'The engine takes nothing more; open a new one on the same store.');
  }
}

function mustNotBeOvertaken(ref: string, later: number | undefined): void {
  if (later === 0) return;
  const what = later === undefined ? 'It is not known whether later lines' : `Later lines of ${later} of its subjects`;
  const message =
    later === undefined
      ? `${what} of its subjects were accepted since dead letter ${ref} died. Sent now, it may undo what they did. Confirm the replay to send it all the same.`
      : `${what} were accepted since dead letter ${ref} died. Sent now, it may undo what they did. Confirm the replay to send it all the same.`;
  throw new DeliveryError('OVERTAKEN', message);
}
