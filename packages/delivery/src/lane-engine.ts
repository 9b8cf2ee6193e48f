/**
 * One lane at work: lines become groups, groups batches, batches arrive.
 *
 * A line: appended (durable) ─▶ waiting ─▶ open or held ─▶ sealed ─▶ in flight ─▶ delivered | dead.
 * Each arrow that must outlive a crash is a write:
 *   append    its entry
 *   seal      the manifest of its batch, durable before the first attempt: every attempt sends the
 *             same lines under the same id
 *   settle    which entries of its queue are over, the end of the manifest, the counts; with them
 *             what it forwards downstream
 *   die       copies of its lines among the dead, then the letter, and with that as settle
 * Writes reach the store in the order in which they were made here, so what a crash leaves is a
 * state that existed.
 *
 * A batch leaves the memory as soon as it has arrived, before that is durable: a crash in between
 * sends it again, under its id, and everything sent after it too, so the last word at the other
 * side stays the last word.
 *
 * The parts stand on one another: `LaneState` below, `Sealing` on it, then `DeadLetterBox`,
 * `Admission`, `Reader` and `Dispatch`. A part that gave a destination something to do says so by
 * `onReady`, and `#look` does what is to be done.
 */
import { Alarm } from './base/alarm.ts';
import { storeError } from './delivery-error.ts';
import type { LaneWriter } from './journal/lane-writer.ts';
import { entryHead, subjectHash, unfitEntryHead } from './line.ts';
import type { OutgoingLine } from './outcome.ts';
import type { DestinationState } from './state/destination.ts';
import { type EngineContext, LaneState } from './state/lane-state.ts';
import { Admission, type Arrival } from './work/admission.ts';
import { DeadLetterBox } from './work/dead-letter-box.ts';
import { discardWaiting } from './work/discarding.ts';
import { Dispatch } from './work/dispatch.ts';
import { Overtaken } from './work/overtaken.ts';
import { placeOf, Reader } from './work/reader.ts';
import { isAmongOverdue, relieve, relieveHeld } from './work/relief.ts';
import { Sealing } from './work/sealing.ts';
import { Texts } from './work/texts.ts';

/** Lines of one destination on their way in. The arrays have one item a line. */
export interface Incoming {
  readonly keys: string[];
  readonly texts: OutgoingLine[];
  readonly entries: string[];
  readonly sizes: number[];
  /** How many lines of its cause stand before each; undefined while each is the first. */
  offsets: number[] | undefined;
  /** Why lines can be in no batch, by index; undefined for nearly all. */
  faults: Map<number, string> | undefined;
  bytes: number;
  /** Where they are, once durable: position of the first and count, slice by slice. */
  readonly slices: number[];
}

export function newIncoming(): Incoming {
  // There is one for every append, most of which bring one line.
  return { keys: [], texts: [], entries: [], sizes: [], offsets: undefined, faults: undefined, bytes: 0, slices: [] };
}

/** Puts a line behind the others. `fault`: why it can be in no batch. */
export function addIncoming(incoming: Incoming, key: string, text: OutgoingLine, offset: number, fault?: string): void {
  const { keys, texts, entries, sizes } = incoming;
  if (fault !== undefined) {
    incoming.faults ??= new Map();
    incoming.faults.set(keys.length, fault);
  }
  if (offset > 0) incoming.offsets ??= keys.map(() => 0);
  incoming.offsets?.push(offset);
  const head = fault === undefined ? entryHead(JSON.stringify(key), text, offset) : unfitEntryHead(key, text, fault);
  const size = Buffer.byteLength(head) + text.bytes;
  keys.push(key);
  texts.push(text);
  entries.push(head + text.content);
  sizes.push(size);
  incoming.bytes += size;
}

/** Positions of durable lines, in order. */
export function positionsOf({ slices }: Incoming): number[] {
  const positions: number[] = [];
  for (let index = 0; index < slices.length; index += 2) {
    const first = slices[index] ?? 0;
    for (let place = 0; place < (slices[index + 1] ?? 0); place += 1) positions.push(first + place);
  }
  return positions;
}

export class LaneEngine {
  readonly state: LaneState;
  readonly sealing: Sealing;
  readonly deadLetters: DeadLetterBox;
  readonly overtaken: Overtaken;
  readonly admission: Admission;
  readonly dispatch: Dispatch;
  readonly #reader: Reader;
  readonly #alarm: Alarm;
  /** Destinations to look at in this turn. */
  readonly #ready = new Set<DestinationState>();
  #working = false;

  constructor(writer: LaneWriter, context: EngineContext) {
    const onDamage = (destination: DestinationState, error: Error) => this.#unreadable(destination, error);
    this.state = new LaneState(writer, context, (destination) => this.#onReady(destination));
    const lane = this.state;
    this.#alarm = new Alarm(context.settings.clock);
    this.sealing = new Sealing(lane);
    this.overtaken = new Overtaken(lane);
    this.deadLetters = new DeadLetterBox(lane, this.sealing, this.overtaken);
    this.admission = new Admission(lane, this.sealing, this.deadLetters, this.overtaken);
    this.#reader = new Reader(lane, this.admission, onDamage);
    const texts = new Texts(lane);
    const { sealing, deadLetters } = this;
    this.dispatch = new Dispatch({ lane, alarm: this.#alarm, texts, sealing, deadLetters, onDamage });
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Appends lines of one destination; resolves when they are durable. `notes` go into the same
   * write.
   */
  append(
    destination: DestinationState,
    incoming: Incoming,
    notes: ReadonlyMap<string, string | null> | undefined,
  ): Promise<void> {
    if (destination.forgetting !== undefined) {
      return destination.forgetting.then(() => this.append(this.state.destination(destination.name), incoming, notes));
    }
    this.#accept(destination, incoming);
    const { queue } = destination;
    const { entries, sizes } = incoming;
    const taken = (first: number, from: number, count: number) =>
      this.#taken(destination, incoming, first, from, count);
    return this.state.writer.append({ queue, entries, sizes, notes, taken });
  }

  /** Appends lines in the write that is being gathered. */
  appendInPart(destination: DestinationState, incoming: Incoming): void {
    this.#accept(destination, incoming);
    const { queue } = destination;
    const { entries, bytes } = incoming;
    const taken = (first: number) => this.#taken(destination, incoming, first, 0, entries.length);
    this.state.part().append({ queue, entries, bytes, taken });
  }

  #accept(destination: DestinationState, { texts, bytes }: Incoming): void {
    destination.appending(texts.length, bytes);
    if (!this.overtaken.follows(destination)) return;
    for (const { subject } of texts) {
      if (subject !== undefined) this.overtaken.accepted(destination, subjectHash(subject));
    }
  }

  /**
   * Lines are durable: those of a destination that keeps up go into the window without being read
   * again.
   */
  #taken(destination: DestinationState, incoming: Incoming, first: number, from: number, count: number): void {
    const { keys, texts, offsets, faults, sizes, slices } = incoming;
    const isTail = destination.appended(first, count);
    slices.push(first, count);
    if (isTail && destination.discarding) discardWaiting(this, destination, first, first + count);
    else if (isTail && this.#working && destination.damage === undefined) {
      const arrivals: Arrival[] = [];
      const { token } = this.state.writer.lane;
      let textBytes = 0;
      for (let index = from; index < from + count; index += 1) {
        if (!destination.account.hasRoomFor(arrivals.length, textBytes)) break;
        const text = texts[index];
        const key = keys[index];
        if (text === undefined || key === undefined) break;
        const place = placeOf(key, text, first + index - from, sizes[index] ?? 0);
        arrivals.push({ place, text, offset: offsets?.[index] ?? 0, fault: faults?.get(index), token });
        textBytes += text.bytes;
      }
      destination.next = first + arrivals.length;
      this.admission.admit(destination, arrivals, undefined, from + arrivals.length === keys.length);
    }
    this.#onReady(destination);
  }

  // ── what is to be done ────────────────────────────────────────────────────────────────────────

  #onReady(destination: DestinationState): void {
    this.#ready.add(destination);
    if (this.#ready.size === 1 && this.#working) queueMicrotask(() => this.#lookAtAll());
  }

  #lookAtAll(): void {
    // Looking may give others something to do: they join the set and are looked at in the same
    // loop.
    for (const destination of this.#ready) {
      this.#ready.delete(destination);
      if (this.#working) this.#look(destination);
    }
  }

  #look(destination: DestinationState): void {
    if (destination.batcher !== undefined && !destination.discarding) this.#seal(destination);
    this.#reader.want(destination);
    this.dispatch.pump(destination);
    if (destination.idle) this.state.context.progressed();
  }

  /** Ends a drain once everything it is about is in the window. */
  #drainRead(destination: DestinationState): void {
    if (destination.drainTo === undefined || destination.next < destination.drainTo) return;
    destination.drainTo = undefined;
    this.sealing.seal(destination, destination.batcher?.drain() ?? []);
  }

  /** Seals what is due, or has to go early, and sets the alarm for the next. */
  #seal(destination: DestinationState): void {
    const { batcher } = destination;
    if (batcher === undefined) return;
    this.#drainRead(destination);
    const now = this.state.context.settings.clock.now();
    const isAmongOld = isAmongOverdue(destination, now);
    const due = batcher.nextDueAt;
    if (!isAmongOld && due !== undefined && due <= now) this.sealing.seal(destination, batcher.due(now));
    if (destination.isBehind && !destination.account.hasRoom && this.#canSend(destination)) {
      this.sealing.seal(destination, relieveHeld(destination));
      this.sealing.seal(destination, relieve(destination, now));
    }
    if (!isAmongOld) this.#setAgeAlarm(destination);
  }

  #canSend({ paused, damage }: DestinationState): boolean {
    return !paused && damage === undefined;
  }

  #setAgeAlarm(destination: DestinationState): void {
    const due = destination.batcher?.nextDueAt;
    if (due === undefined || due >= destination.ageAlarm) return;
    destination.ageAlarm = due;
    this.#alarm.at(due, () => {
      destination.ageAlarm = Number.POSITIVE_INFINITY;
      this.#onReady(destination);
    });
  }

  /**
   * An entry of a destination cannot be read: nothing of it moves any more, the others go on.
   * @throws what is no damage
   */
  damaged(destination: DestinationState, cause: unknown): void {
    const error = storeError(cause);
    if (error.code !== 'STORE_CORRUPT') throw error;
    if (destination.damage !== undefined) return;
    destination.stopFor(error);
    this.state.context.settings.emit({ type: 'destination_damaged', destination: destination.name, error });
  }

  /**
   * A read failed while the lane works. What is no damage failed the lane, too, which its writer
   * tells of.
   */
  #unreadable(destination: DestinationState, error: Error): void {
    if (storeError(error).code === 'STORE_CORRUPT') this.damaged(destination, error);
  }

  // ── life ──────────────────────────────────────────────────────────────────────────────────────

  /** Begins to read, seal and send, once everything stored is back in. */
  start(): void {
    this.#working = true;
    this.dispatch.start();
    for (const destination of this.state.destinations.values()) this.#ready.add(destination);
    this.#lookAtAll();
  }

  /** Starts nothing more. What is in flight goes on. */
  stop(): void {
    this.#working = false;
    this.dispatch.stop();
    this.#reader.stop();
    this.#alarm.stop();
  }

  /**
   * Seals everything that is open of a destination: what waits on disk by now, too, as soon as it
   * is read.
   */
  drain(destination: DestinationState): void {
    destination.drainTo = destination.end;
    this.#drainRead(destination);
    this.#onReady(destination);
  }

  /** Has the destination's policies and its ordering asked for again. */
  reconfigure(destination: DestinationState): void {
    const { batcher } = destination;
    if (batcher === undefined) return;
    this.sealing.seal(destination, batcher.reconfigure());
    this.sealing.seal(destination, batcher.reorder(this.state.context.settings.orderingOf(destination.name)));
    this.#onReady(destination);
  }
}
