/**
 * The durable engine over a store: lines in, batches delivered, every line in exactly one place at any moment.
 * `lane-engine.ts` has the life of a line; here is what callers see, and what the lanes of one engine share. Its
 * length is that of the public methods' descriptions: what they do stands in `lanes`, `relief`, `dead-letter-reader` and `explain-query`.
 */
import { Budget, LINE_OVERHEAD_BYTES } from './budget.ts';
import type { Leaving } from './dead-letter-box.ts';
import { DeadLetterReader, letterOf, notFound } from './dead-letter-reader.ts';
import type { DeadLetter } from './dead-letters.ts';
import { DeliveryError } from './delivery-error.ts';
import { type Explanation, type Group, holdUps, openGroups, type Wait } from './explain.ts';
import { type ExplainQuery, explainQuery, lineId } from './explain-query.ts';
import { Gates } from './gates.ts';
import { Journal } from './journal.ts';
import { LaneEngine } from './lane-engine.ts';
import { Lanes } from './lanes.ts';
import { type Ledger, sumLedgers } from './ledger.ts';
import { type HeldLine, heldLine, type Line, lineFault } from './line.ts';
import { type EngineOptions, type Settings, settingsOf } from './options.ts';
import { addMark, type Parcel, pack } from './parcels.ts';
import { recover } from './recovery.ts';
import { relieve } from './relief.ts';

/** What became of the lines of one `append`. Those not refused are durable. */
export interface AppendResult {
  /** Lines taken in, all of them durable. */
  readonly accepted: number;
  /** Ids of the accepted lines, in order, for `explain`. Made when asked for. */
  lineIds(): string[];
  /** Lines that can be in no batch, by their index in the call: `INVALID` or `LINE_TOO_LARGE`. */
  readonly refused: readonly { readonly index: number; readonly error: DeliveryError }[];
}

/** How long senders have to notice that they were aborted. */
const ABORT_GRACE_MS = 1000;

/** How an engine is closed. */
export interface CloseOptions {
  /** Milliseconds to wait for sends in flight before they are aborted. Default 10,000. */
  readonly patienceMs?: number;
}

/**
 * Opens an engine and takes up what the store holds: sealed batches go on under their ids, open lines age from when they came.
 *
 * @throws DeliveryError `INVALID` for an impossible option, `STORE_…` when the store cannot be read.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const engine = new Engine(options, settingsOf(options));
  await engine.start();
  return engine;
}

/**
 * A durable engine over one log of a store, made by `openEngine`. Its methods reject with `CLOSED` after `close`, and with the store's
 * error once that failed for good.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #settings: Settings;
  readonly #journal: Journal;
  readonly #budget: Budget;
  readonly #gates: Gates;
  readonly #abort = new AbortController();
  readonly #lanes = new Lanes();
  readonly #deadLetters: DeadLetterReader;
  /** Dead letters on their way out, by ref. */
  readonly #leaving = new Map<string, Leaving>();
  /** Whether appends are taken. */
  #taking = true;
  #closed = false;
  #failure: DeliveryError | undefined;
  #waiting: { readonly over: () => boolean; readonly resolve: () => void }[] = [];
  #forgetJournal = () => {};

  /** Use `openEngine`. */
  constructor(options: EngineOptions, settings: Settings) {
    this.#options = options;
    this.#settings = settings;
    this.#journal = Journal.of(options.store);
    // Whoever asked to be left alone is the same for both.
    this.#gates = options.downstream === undefined ? new Gates() : options.downstream.#gates;
    this.#budget = new Budget(settings.maxHeldBytes);
    this.#deadLetters = new DeadLetterReader(this.#lanes, this.#journal);
  }

  /** @internal */
  async start(): Promise<void> {
    const { store, log } = this.#options;
    for (let number = 0; number < store.lanes; number += 1) {
      const lane = new LaneEngine(await store.own(log, number), {
        storeId: store.id,
        settings: this.#settings,
        journal: this.#journal,
        budget: this.#budget,
        gates: this.#gates,
        abort: this.#abort.signal,
        relieve: (destination) => this.#relieve(destination.name),
        progressed: () => this.#progressed(),
      });
      this.#lanes.all.push(lane);
      await recover(lane);
    }
    this.#settings.downstream?.onRoom((destination) => {
      this.#lanes.each(destination, (lane, state) => lane.dispatch.pump(state));
    });
    this.#forgetJournal = this.#journal.onBroken((error) => this.#fail(error));
  }

  /** Whether appends for a destination go in at once. After a no, `onRoom` tells when they do. */
  hasRoomFor(destination: string): boolean {
    return this.#budget.account(destination).askRoom();
  }

  /** Bytes held in memory for lines that are not over. */
  get heldBytes(): number {
    return this.#budget.held;
  }

  /**
   * Takes lines in. Resolves when they are on disk; waits while memory is short. A line that can be in no batch is refused with
   * its index and reason, and the others go on.
   *
   * `mark`: a line of another destination that goes in with the last of them, in the same write, however long they wait for room. For
   * whoever counts appends, and must never count one that is not in. It is not among the accepted.
   *
   * @throws DeliveryError `CLOSED` after `close`; `STORE_…` when they could not be written, and then none of them is in; for a mark that
   *   can be in no batch `INVALID` or `LINE_TOO_LARGE`, and then too.
   */
  async append(lines: readonly Line[], mark?: Line): Promise<AppendResult> {
    this.#mustTake();
    const refused: { index: number; error: DeliveryError }[] = [];
    const parcels: Parcel[] = [];
    const now = this.#settings.clock.now();
    for (let index = 0; index < lines.length; index += 1) {
      const given = lines[index] as Line;
      const line = this.#hold(given, now);
      if (line instanceof DeliveryError) refused.push({ index, error: line });
      else pack(parcels, given.destination, line);
    }
    const accepted = lines.length - refused.length;
    const lineIds = () => parcels.flatMap((parcel) => parcel.lines).map((line) => lineId(this.#lanes.of(line), line));
    const result = { accepted, lineIds, refused };
    if (mark !== undefined) {
      const line = this.#hold(mark, now);
      if (line instanceof DeliveryError) throw line;
      addMark(parcels, mark.destination, line);
    }
    // Without `await`, which would keep the caller's lines in memory until theirs are on disk.
    return parcels.length === 0 ? result : this.#takeIn(parcels).then(() => result);
  }

  /**
   * Takes the lines that a sender of another engine on this store forwards, in the write that ends their cause. A line that can
   * be in no batch is counted, and kept as a dead letter: there is nobody to refuse it to.
   *
   * @internal
   */
  handOver(lines: readonly Line[]): void {
    const now = this.#settings.clock.now();
    for (const given of lines) {
      const line = this.#hold(given, now);
      if (line instanceof DeliveryError) {
        const lane = this.#lanes.all[0] as LaneEngine;
        const key = typeof given.key === 'string' ? given.key : '';
        const destination = lane.destination(given.destination);
        destination.tally.accepted += 1;
        lane.deadLetters.buryLine(destination, heldLine(key, given.subject, String(given.content), now), line.message);
        continue;
      }
      this.#budget.account(given.destination).take(line.bytes + LINE_OVERHEAD_BYTES);
      this.#place(given.destination, line);
    }
  }

  /**
   * Seals everything that is open (`drain`), of one destination or of all; what is on its way to the disk included.
   *
   * @throws DeliveryError `STORE_…` when that way ends in a failure.
   */
  async drain(destination?: string): Promise<void> {
    // First what is on its way: sealing before and after would cut one group in two.
    await this.#journal.written();
    if (!this.#closed) this.#lanes.each(destination, (lane, state) => lane.drain(state));
  }

  /** Asks for the policies again; open groups over a new limit are cut (`reconfigured`). */
  reconfigure(destination?: string): void {
    this.#lanes.each(destination, (lane, state) => lane.reconfigure(state));
  }

  /** Sends nothing more to a destination until `resume`. What is in flight goes on. Not kept across restarts: see the option `paused`. */
  pause(destination: string): void {
    for (const lane of this.#lanes.all) lane.destination(destination).paused = true;
  }

  /** Ends a `pause`, and sends what waits. */
  resume(destination: string): void {
    this.#lanes.each(destination, (lane, state) => {
      state.paused = false;
      lane.dispatch.pump(state);
    });
  }

  /**
   * From now on waits for no delay before it sends to a destination: neither for those asked for, nor for the repetition of what failed. For
   * whoever knows that nobody is bothered by it, as when nothing of it is sent any further. Not kept across restarts.
   */
  rush(destination: string): void {
    for (const lane of this.#lanes.all) lane.dispatch.rush(lane.destination(destination));
  }

  /** What keeps back everything that waits to be sent to a destination: nothing while some of it can be. */
  holdUps(destination: string): Wait[] {
    const found: Wait[] = [];
    this.#lanes.each(destination, (lane, state) => found.push(...holdUps(lane, state)));
    return found;
  }

  /** Where every line is: of one destination, of those that match, or of all together. */
  ledger(of?: string | ((destination: string) => boolean)): Ledger {
    const ledgers: Ledger[] = [];
    const [destination, matches] = typeof of === 'function' ? [undefined, of] : [of, undefined];
    this.#lanes.each(destination, (_lane, state) => {
      if (matches === undefined || matches(state.name)) ledgers.push(state.ledger);
    });
    return sumLedgers(ledgers);
  }

  /** When the oldest line of an open group was accepted, in milliseconds since the epoch; undefined when none is open. */
  get oldestOpenedAt(): number | undefined {
    return this.oldestOpenedAtOf(undefined);
  }

  /** The same of one destination. */
  oldestOpenedAtOf(destination: string | undefined): number | undefined {
    let oldest: number | undefined;
    this.#lanes.each(destination, (_lane, { batcher }) => {
      const openedAt = batcher.oldestOpenedAt;
      if (openedAt !== undefined && !(openedAt >= (oldest ?? Number.POSITIVE_INFINITY))) oldest = openedAt;
    });
    return oldest;
  }

  /** What each open group of a destination holds; lines on their way to the disk are in none yet. */
  openGroups(destination: string): Group[] {
    const groups: Group[] = [];
    this.#lanes.each(destination, (_lane, state) => groups.push(...openGroups(state)));
    return groups;
  }

  /** Names of all destinations that ever had a line. */
  destinations(): string[] {
    return [...new Set(this.#lanes.all.flatMap((lane) => [...lane.destinations.keys()]))];
  }

  /** Resolves when every line is delivered or a dead letter and that is durable, of one destination or of all. */
  async idle(destination?: string): Promise<void> {
    const over = () => {
      let idle = true;
      this.#lanes.each(destination, (_lane, state) => {
        if (!state.idle) idle = false;
      });
      return idle;
    };
    while (!over()) {
      await new Promise<void>((resolve) => this.#waiting.push({ over, resolve }));
      this.#mustBeOpen();
    }
    await this.#journal.written();
  }

  /**
   * Dead letters in order of dying (lane by lane), behind the one with ref `after`, at most `limit` (default 100).
   *
   * @throws DeliveryError `STORE_…`; `NOT_FOUND` when `after` is no ref.
   */
  deadLetters(query: { destination?: string; after?: string; limit?: number } = {}): Promise<DeadLetter[]> {
    return this.#deadLetters.list(query);
  }

  /** One dead letter, read alone, with whom its lines are about. @throws DeliveryError `NOT_FOUND`, `STORE_…` */
  async deadLetter(ref: string): Promise<DeadLetter & { readonly subjects: readonly string[] }> {
    const { record } = await this.#deadLetters.record(ref);
    return { ...letterOf(record), subjects: [...new Set(record.contents.flatMap(([, subject]) => subject ?? []))] };
  }

  /** The contents of a dead letter's lines. @throws DeliveryError `NOT_FOUND` */
  async deadLines(ref: string): Promise<string[]> {
    return (await this.deadContents(ref)).map(({ content }) => content);
  }

  /** The same with whom each line is about. @throws DeliveryError `NOT_FOUND` */
  async deadContents(ref: string): Promise<{ readonly content: string; readonly subject: string | undefined }[]> {
    const { contents } = (await this.#deadLetters.record(ref)).record;
    return contents.map(([content, subject]) => ({ content, subject: subject ?? undefined }));
  }

  /**
   * Sends a dead letter again, with the same lines under the same batch id, behind what waits under its key.
   *
   * @throws DeliveryError `NOT_FOUND`, `CLOSED`, `STORE_…`
   */
  async replay(ref: string): Promise<void> {
    this.#mustBeOpen();
    const { lane, record } = await this.#deadLetters.record(ref);
    // Asked for twice at once, it goes once.
    const leaving = this.#leaving.get(ref);
    if (leaving === 'replayed') return;
    if (leaving === 'expired') throw notFound(ref);
    this.#leaving.set(ref, 'replayed');
    lane.deadLetters.replay(record);
    await this.#journal.written().finally(() => this.#leaving.delete(ref));
  }

  /**
   * Throws away, for good, dead letters that died before a time (milliseconds since the epoch); each is told of (`expired` event) and stays
   * counted as `expired` in the ledger. Returns how many, once that is durable.
   *
   * @throws DeliveryError `CLOSED`, `STORE_…`
   */
  async expireDeadLetters(before: number): Promise<number> {
    let expired = 0;
    for (const { deadLetters } of this.#lanes.all) {
      let after: string | undefined;
      do {
        this.#mustBeOpen();
        const page = await deadLetters.expire(before, this.#leaving, after);
        expired += page.expired;
        after = page.after;
      } while (after !== undefined);
    }
    return expired;
  }

  /**
   * Where something is, why it was sealed, what it waits for and until when: everything unsettled of a key in the order in which it will be
   * sent, everything unsettled that holds a line of a subject, or one batch, or one line by its id.
   *
   * @throws DeliveryError `STORE_…`
   */
  explain(about: ExplainQuery): Promise<Explanation[]> {
    return explainQuery(this.#lanes, this.#deadLetters, about);
  }

  /** Tells for which destination there is room again, after `hasRoomFor` was asked in vain. */
  onRoom(callback: (destination: string) => void): void {
    this.#budget.onRoom(callback);
  }

  /** Refuses appends from now on, those that wait for room too (`CLOSED`), and goes on with everything else: for whoever waits for their end before `close`. */
  stopTaking(): void {
    this.#taking = false;
    this.#budget.release();
  }

  /**
   * Takes nothing more, starts nothing more, lets what is in flight end (or aborts it when patience does: its outcome is then unknown, and the
   * next engine sends it again under its id), and makes what is known durable. Open groups stay open in
   * the store: the next engine goes on with them. The store stays open; it is its opener's to close.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const lane of this.#lanes.all) lane.stop();
    this.#budget.release();
    await this.#landed(options.patienceMs ?? 10_000);
    for (const lane of this.#lanes.all) lane.dispatch.abandon();
    if (this.#failure === undefined) await this.#journal.written();
    this.#forgetJournal();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Waits for what is in flight: to its end, or until it was aborted and had time to notice. */
  async #landed(patienceMs: number): Promise<void> {
    const { clock } = this.#settings;
    const callOffs: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      const over = () => !this.#lanes.all.some((lane) => lane.dispatch.inFlight > 0);
      this.#waiting.push({ over, resolve });
      callOffs.push(clock.after(patienceMs, () => this.#abort.abort()));
      callOffs.push(clock.after(patienceMs + ABORT_GRACE_MS, resolve));
      this.#progressed();
    });
    for (const callOff of callOffs) callOff();
  }

  #hold(line: Line, now: number): HeldLine | DeliveryError {
    const fault = lineFault(line);
    if (fault !== undefined) return fault;
    const held = heldLine(line.key, line.subject, line.content, now);
    if (this.#settings.unit) return held;
    const lane = this.#lanes.of(line);
    const unfit = lane.destination(line.destination).batcher.fault(held);
    return unfit === undefined ? held : new DeliveryError('LINE_TOO_LARGE', unfit.message, { cause: unfit });
  }

  /** Waits for room, each destination's lines for its own, then for the disk. */
  async #takeIn(parcels: readonly Parcel[]): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const parcel of parcels) {
      const turn = this.#budget.account(parcel.destination).reserve(parcel.bytes);
      if (turn === undefined) this.#placeAll(parcel);
      else {
        this.#relieve(parcel.destination);
        waiting.push(turn.then(() => this.#placeLate(parcel)));
      }
    }
    if (waiting.length > 0) await Promise.all(waiting);
    const written = this.#journal.written();
    for (const lane of this.#lanes.all) this.#journal.hasGathered(lane);
    await written;
  }

  #placeLate(parcel: Parcel): void {
    this.#mustTake();
    // Waiting for room is the producer's time, not the line's age.
    const now = this.#settings.clock.now();
    for (const line of parcel.lines) line.acceptedAt = now;
    this.#placeAll(parcel);
  }

  #placeAll({ destination, lines, mark }: Parcel): void {
    for (const line of lines) this.#place(destination, line);
    if (mark === undefined) return;
    // Without a wait for room of its own, which would part it from what it marks.
    this.#budget.account(mark.destination).take(mark.line.bytes + LINE_OVERHEAD_BYTES);
    this.#place(mark.destination, mark.line);
  }

  #place(destination: string, line: HeldLine): void {
    const lane = this.#lanes.of(line);
    lane.append(lane.destination(destination), line);
  }

  /** A unit is sealed as it comes: there is nothing to seal early. What is open when the engine closes stays open. */
  #relieve(destination: string): void {
    if (!this.#settings.unit && !this.#closed) relieve(this.#lanes, this.#budget, destination);
  }

  #progressed(): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ over, resolve }) => {
      if (!over()) return true;
      resolve();
      return false;
    });
  }

  #fail(error: DeliveryError): void {
    this.#failure = error;
    this.#closed = true;
    for (const lane of this.#lanes.all) lane.stop();
    this.#budget.release();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    this.#settings.emit({ type: 'failed', error });
  }

  #mustTake(): void {
    this.#mustBeOpen();
    if (!this.#taking) throw closed();
  }

  #mustBeOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw closed();
  }
}

function closed(): DeliveryError {
  return new DeliveryError('CLOSED', 'The engine is closed; open a new one on the same store to go on.');
}
