/**
 * The durable engine over a store: lines in, batches delivered, every line in exactly one place at any moment.
 * `lane-engine.ts` has the life of a line; here is what callers see, and what the lanes of one engine share.
 */
import { Budget, LINE_OVERHEAD_BYTES } from './budget.ts';
import { type DeadLetter, parseDeadRef } from './dead-letters.ts';
import { DeliveryError } from './delivery-error.ts';
import type { DestinationState } from './destination.ts';
import {
  type Explanation,
  explainKey,
  explainShipment,
  explainSubject,
  findShipment,
  type Group,
  openGroups,
} from './explain.ts';
import { Gates } from './gates.ts';
import { Journal } from './journal.ts';
import { LaneEngine } from './lane-engine.ts';
import { type Ledger, sumLedgers } from './ledger.ts';
import { type HeldLine, heldLine, type Line, lineFault } from './line.ts';
import { type EngineOptions, type Settings, settingsOf } from './options.ts';
import { type DeadRecord, numbered, PREFIX } from './records.ts';
import { recover } from './recovery.ts';

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

/** What to explain: a key of a destination, a subject of one, a batch by its id, or a line by the id that `append` gave it. */
export type ExplainQuery =
  | { readonly destination: string; readonly key: string }
  | { readonly destination: string; readonly subject: string }
  | { readonly batch: string }
  | { readonly line: string };

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
  readonly #gates = new Gates();
  readonly #abort = new AbortController();
  #lanes: LaneEngine[] = [];
  readonly #replaying = new Set<string>();
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
    this.#budget = new Budget(settings.maxHeldBytes);
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
      this.#lanes.push(lane);
      await recover(lane);
    }
    this.#settings.downstream?.onRoom((destination) => {
      this.#each(destination, (lane, state) => lane.dispatch.pump(state));
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
   * @throws DeliveryError `CLOSED` after `close`; `STORE_…` when they could not be written, and then none of them is in.
   */
  async append(lines: readonly Line[]): Promise<AppendResult> {
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
    if (parcels.length > 0) await this.#takeIn(parcels);
    const accepted = lines.length - refused.length;
    const lineIds = () => parcels.flatMap((parcel) => parcel.lines).map((line) => lineId(this.#laneOf(line), line));
    return { accepted, lineIds, refused };
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
        const lane = this.#lanes[0] as LaneEngine;
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
    if (!this.#closed) this.#each(destination, (lane, state) => lane.drain(state));
  }

  /** Asks for the policies again; open groups over a new limit are cut (`reconfigured`). */
  reconfigure(destination?: string): void {
    this.#each(destination, (lane, state) => lane.reconfigure(state));
  }

  /** Sends nothing more to a destination until `resume`. What is in flight goes on. Not kept across restarts: see the option `paused`. */
  pause(destination: string): void {
    for (const lane of this.#lanes) lane.destination(destination).paused = true;
  }

  /** Ends a `pause`, and sends what waits. */
  resume(destination: string): void {
    this.#each(destination, (lane, state) => {
      state.paused = false;
      lane.dispatch.pump(state);
    });
  }

  /** Where every line is: of one destination, or of all together. */
  ledger(destination?: string): Ledger {
    const ledgers: Ledger[] = [];
    this.#each(destination, (_lane, state) => ledgers.push(state.ledger));
    return sumLedgers(ledgers);
  }

  /** When the oldest line of an open group was accepted, in milliseconds since the epoch; undefined when none is open. */
  get oldestOpenedAt(): number | undefined {
    return this.oldestOpenedAtOf(undefined);
  }

  /** The same of one destination. */
  oldestOpenedAtOf(destination: string | undefined): number | undefined {
    let oldest: number | undefined;
    this.#each(destination, (_lane, { batcher }) => {
      const openedAt = batcher.oldestOpenedAt;
      if (openedAt !== undefined && !(openedAt >= (oldest ?? Number.POSITIVE_INFINITY))) oldest = openedAt;
    });
    return oldest;
  }

  /** What each open group of a destination holds; lines on their way to the disk are in none yet. */
  openGroups(destination: string): Group[] {
    const groups: Group[] = [];
    this.#each(destination, (_lane, state) => groups.push(...openGroups(state)));
    return groups;
  }

  /** Names of all destinations that ever had a line. */
  destinations(): string[] {
    return [...new Set(this.#lanes.flatMap((lane) => [...lane.destinations.keys()]))];
  }

  /** Resolves when every line is delivered or a dead letter and that is durable, of one destination or of all. */
  async idle(destination?: string): Promise<void> {
    const over = () => {
      let idle = true;
      this.#each(destination, (_lane, state) => {
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
  async deadLetters(query: { destination?: string; after?: string; limit?: number } = {}): Promise<DeadLetter[]> {
    await this.#journal.written();
    const { destination, limit = 100 } = query;
    const start = query.after === undefined ? undefined : parsedRef(query.after);
    const found: DeadLetter[] = [];
    for (const { lane } of this.#lanes.slice(start?.lane ?? 0)) {
      let after = start?.lane === lane.lane ? numbered(PREFIX.dead, start.number) : undefined;
      while (found.length < limit) {
        const page = await lane.scan(PREFIX.dead, after, 100);
        for (const [, value] of page) {
          const { contents: _, number: __, ...letter } = JSON.parse(value) as DeadRecord;
          if (destination === undefined || letter.destination === destination) found.push(letter);
        }
        if (page.length < 100) break;
        after = page.at(-1)?.[0];
      }
    }
    return found.slice(0, limit);
  }

  /** One dead letter, read alone, with whom its lines are about. @throws DeliveryError `NOT_FOUND`, `STORE_…` */
  async deadLetter(ref: string): Promise<DeadLetter & { readonly subjects: readonly string[] }> {
    const { contents, number: _, ...letter } = (await this.#deadRecord(ref)).record;
    return { ...letter, subjects: [...new Set(contents.flatMap(([, subject]) => subject ?? []))] };
  }

  /** The contents of a dead letter's lines. @throws DeliveryError `NOT_FOUND` */
  async deadLines(ref: string): Promise<string[]> {
    return (await this.deadContents(ref)).map(({ content }) => content);
  }

  /** The same with whom each line is about. @throws DeliveryError `NOT_FOUND` */
  async deadContents(ref: string): Promise<{ readonly content: string; readonly subject: string | undefined }[]> {
    const { contents } = (await this.#deadRecord(ref)).record;
    return contents.map(([content, subject]) => ({ content, subject: subject ?? undefined }));
  }

  /**
   * Sends a dead letter again, with the same lines under the same batch id, behind what waits under its key.
   *
   * @throws DeliveryError `NOT_FOUND`, `CLOSED`, `STORE_…`
   */
  async replay(ref: string): Promise<void> {
    this.#mustBeOpen();
    const { lane, record } = await this.#deadRecord(ref);
    // Asked for twice at once, it goes once.
    if (this.#replaying.has(ref)) return;
    this.#replaying.add(ref);
    lane.deadLetters.replay(record);
    await this.#journal.written().finally(() => this.#replaying.delete(ref));
  }

  /**
   * Where something is, why it was sealed, what it waits for and until when: everything unsettled of a key in the order in which it will be
   * sent, everything unsettled that holds a line of a subject, or one batch, or one line by its id.
   *
   * @throws DeliveryError `STORE_…`
   */
  async explain(about: ExplainQuery): Promise<Explanation[]> {
    if ('key' in about) {
      return this.#lanes.flatMap((lane) => {
        const destination = lane.destinations.get(about.destination);
        return destination === undefined ? [] : explainKey(lane, destination, about.key);
      });
    }
    if ('subject' in about) {
      return this.#lanes.flatMap((lane) => {
        const destination = lane.destinations.get(about.destination);
        return destination === undefined ? [] : explainSubject(lane, destination, about.subject);
      });
    }
    if ('line' in about) return [this.#explainLine(about.line)];
    for (const lane of this.#lanes) {
      const shipment = findShipment(lane, ({ id }) => id === about.batch);
      if (shipment !== undefined) return [explainShipment(lane, shipment)];
    }
    let after: string | undefined;
    for (;;) {
      const page = await this.deadLetters({ limit: 500, ...(after === undefined ? {} : { after }) });
      const letter = page.find(({ id }) => id === about.batch);
      if (letter !== undefined) return [{ state: 'dead', letter }];
      if (page.length < 500)
        return [{ state: this.#lanes.some((lane) => lane.mayHaveSealed(about.batch)) ? 'over' : 'unknown' }];
      after = page.at(-1)?.ref;
    }
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
    for (const lane of this.#lanes) lane.stop();
    this.#budget.release();
    await this.#landed(options.patienceMs ?? 10_000);
    for (const lane of this.#lanes) lane.dispatch.abandon();
    if (this.#failure === undefined) await this.#journal.written();
    this.#forgetJournal();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Waits for what is in flight: to its end, or until it was aborted and had time to notice. */
  async #landed(patienceMs: number): Promise<void> {
    const { clock } = this.#settings;
    const callOffs: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      const over = () => !this.#lanes.some((lane) => lane.dispatch.inFlight > 0);
      this.#waiting.push({ over, resolve });
      callOffs.push(clock.after(patienceMs, () => this.#abort.abort()));
      callOffs.push(clock.after(patienceMs + ABORT_GRACE_MS, resolve));
      this.#progressed();
    });
    for (const callOff of callOffs) callOff();
  }

  #explainLine(id: string): Explanation {
    const parsed = /^(\d{1,3})-(\d{1,15})$/.exec(id);
    const lane = parsed === null ? undefined : this.#lanes[Number(parsed[1])];
    const position = parsed === null ? 0 : Number(parsed[2]);
    if (lane === undefined || position >= lane.lane.end) return { state: 'unknown' };
    if (lane.positions.has(position)) return { state: 'over' };
    const shipment = findShipment(lane, ({ lines }) => lines.some((line) => line.position === position));
    if (shipment !== undefined) return explainShipment(lane, shipment);
    for (const destination of lane.destinations.values()) {
      const key = destination.batcher.keyOf((line) => line.position === position);
      const open = key === undefined ? undefined : explainKey(lane, destination, key).at(-1);
      if (open !== undefined) return open;
    }
    return { state: 'unknown' };
  }

  #hold(line: Line, now: number): HeldLine | DeliveryError {
    const fault = lineFault(line);
    if (fault !== undefined) return fault;
    const held = heldLine(line.key, line.subject, line.content, now);
    if (this.#settings.unit) return held;
    const lane = this.#laneOf(line);
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
    for (const lane of this.#lanes) this.#journal.hasGathered(lane);
    await written;
  }

  #placeLate(parcel: Parcel): void {
    this.#mustTake();
    // Waiting for room is the producer's time, not the line's age.
    const now = this.#settings.clock.now();
    for (const line of parcel.lines) line.acceptedAt = now;
    this.#placeAll(parcel);
  }

  #placeAll({ destination, lines }: Parcel): void {
    for (const line of lines) this.#place(destination, line);
  }

  #place(destination: string, line: HeldLine): void {
    const lane = this.#laneOf(line);
    lane.append(lane.destination(destination), line);
  }

  /** Lines of one subject share a lane; a line without one goes by its key. */
  #laneOf(line: { readonly subject?: string | undefined; readonly key: string }): LaneEngine {
    if (this.#lanes.length === 1) return this.#lanes[0] as LaneEngine;
    const name = line.subject ?? line.key;
    let hash = 2166136261;
    for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 16777619);
    return this.#lanes[(hash >>> 0) % this.#lanes.length] as LaneEngine;
  }

  /** While memory is short, keeps at least half of it in batches that can be sent, so that it comes back. */
  #relieve(destination: string): void {
    if (this.#settings.unit || this.#budget.account(destination).hasRoom) return;
    this.#each(destination, (lane, state) => lane.relieveDestination(state));
    if (this.#budget.held < this.#budget.limit) return;
    for (const lane of this.#lanes) while (lane.openBytes * 2 > this.#budget.held && lane.relieve());
  }

  #each(destination: string | undefined, visit: (lane: LaneEngine, state: DestinationState) => void): void {
    for (const lane of this.#lanes) {
      if (destination === undefined) for (const state of lane.destinations.values()) visit(lane, state);
      else {
        const state = lane.destinations.get(destination);
        if (state !== undefined) visit(lane, state);
      }
    }
  }

  async #deadRecord(ref: string): Promise<{ lane: LaneEngine; record: DeadRecord }> {
    await this.#journal.written();
    const { lane: number, number: place } = parsedRef(ref);
    const lane = this.#lanes[number];
    const value = await lane?.lane.get(numbered(PREFIX.dead, place));
    if (lane === undefined || value === undefined) throw notFound(ref);
    return { lane, record: JSON.parse(value) as DeadRecord };
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
    for (const lane of this.#lanes) lane.stop();
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

/** Lines of one destination that stand together in an append. */
interface Parcel {
  readonly destination: string;
  readonly lines: HeldLine[];
  /** Memory they take. */
  bytes: number;
}

/** Puts a line with those of its destination, when it follows one; nearly always there is one parcel. */
function pack(parcels: Parcel[], destination: string, line: HeldLine): void {
  const bytes = line.bytes + LINE_OVERHEAD_BYTES;
  const last = parcels.at(-1);
  if (last?.destination === destination) {
    last.lines.push(line);
    last.bytes += bytes;
  } else parcels.push({ destination, lines: [line], bytes });
}

function closed(): DeliveryError {
  return new DeliveryError('CLOSED', 'The engine is closed; open a new one on the same store to go on.');
}

function lineId({ lane }: LaneEngine, { position }: HeldLine): string {
  return `${lane.lane}-${position}`;
}

function parsedRef(ref: string): { lane: number; number: number } {
  const parsed = parseDeadRef(ref);
  if (parsed === undefined) throw notFound(ref);
  return parsed;
}

function notFound(ref: string): DeliveryError {
  return new DeliveryError('NOT_FOUND', `There is no dead letter ${JSON.stringify(ref)}; it may have been replayed.`);
}
