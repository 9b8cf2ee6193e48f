/**
 * Sends what is ready and draws the consequences.
 *
 * A ready batch starts when its destination has a free slot, is neither paused nor behind a gate,
 * and the engine downstream has room. Its outcome ends it, puts it off, or (a rejection where
 * bisecting is on) replaces it by its two halves in the same place of its key.
 */
import type { Alarm } from '../base/alarm.ts';
import { gateName } from '../base/gates.ts';
import { backoffMs, honouredDelayMs } from '../base/retry.ts';
import { DeliveryError, storeError } from '../delivery-error.ts';
import { addCounts } from '../ledger.ts';
import type { Delivered, Outcome, OutgoingLine, Rejected, Retry } from '../outcome.ts';
import type { DestinationState } from '../state/destination.ts';
import type { LaneState } from '../state/lane-state.ts';
import { PREFIX } from '../state/records.ts';
import { outgoing, type Shipment } from '../state/shipment.ts';
import type { DeadLetterBox } from './dead-letter-box.ts';
import { discardShipment } from './discarding.ts';
import { halves } from './halves.ts';
import type { Sealing } from './sealing.ts';
import type { Texts } from './texts.ts';

/**
 * How long what is repeated waits, at most, where delays are ignored: not to be repeated without
 * end in no time.
 */
const IGNORED_DELAY_MS = 50;

/** What dispatch works with. */
export interface DispatchParts {
  readonly lane: LaneState;
  readonly alarm: Alarm;
  readonly texts: Texts;
  readonly sealing: Sealing;
  readonly deadLetters: DeadLetterBox;
  /** An entry of a destination cannot be read. */
  readonly onDamage: (destination: DestinationState, error: Error) => void;
}

type Consequences = {
  readonly [K in Outcome['kind']]: (
    shipment: Shipment,
    outcome: Extract<Outcome, { kind: K }>,
    lines: readonly OutgoingLine[],
  ) => void;
};

export class Dispatch {
  readonly #parts: DispatchParts;
  readonly #lane: LaneState;
  #sending = false;
  #abandoned = false;
  /** Batches of this lane in flight. */
  inFlight = 0;

  readonly #consequences: Consequences = {
    delivered: (shipment, outcome, lines) => this.#delivered(shipment, outcome, lines),
    retry: (shipment, outcome, lines) => this.#postpone(shipment, outcome, lines),
    rejected: (shipment, outcome, lines) => this.#rejected(shipment, outcome, lines),
  };

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#lane = parts.lane;
  }

  start(): void {
    this.#sending = true;
  }

  stop(): void {
    this.#sending = false;
  }

  /** Takes no notice any more of what comes back. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** Starts what may be started. */
  pump(destination: DestinationState): void {
    const { ready, concurrency, paused, damage, discarding } = destination;
    if (
      ready.size === 0 ||
      paused ||
      discarding ||
      damage !== undefined ||
      !this.#sending ||
      this.#isGated(destination)
    )
      return;
    const { downstream } = this.#lane.context.settings;
    while (destination.inFlight < concurrency.limit) {
      const shipment = ready.peek();
      if (shipment === undefined || downstream?.hasRoomFor(destination.name) === false) return;
      if (!this.#parts.texts.hasRoomFor(shipment)) {
        destination.account.askRoom();
        return;
      }
      ready.shift();
      // What was discarded since it became ready is over.
      if (shipment.state === 'ready' && !this.#isKeyGated(shipment)) void this.#attempt(shipment);
    }
  }

  /**
   * Has nothing of a destination wait for a delay any more, neither for one asked for nor for a
   * repetition.
   */
  ignoreDelays(destination: DestinationState): void {
    destination.ignoresDelays = true;
    for (const first of destination.firsts()) {
      if (first.notBefore === 0) continue;
      first.notBefore = 0;
      destination.consider(first);
    }
    this.#lane.onReady(destination);
  }

  /** Whether a gate holds the destination up; if so, the alarm is set for its opening. */
  #isGated(destination: DestinationState): boolean {
    const { gates, settings } = this.#lane.context;
    if (gates.size === 0 || destination.ignoresDelays) return false;
    const until = gates.until(destination.gates, settings.clock.now());
    if (until === 0) return false;
    if (until !== destination.gateAlarm) {
      destination.gateAlarm = until;
      this.#parts.alarm.at(until, () => this.#lane.onReady(destination));
    }
    return true;
  }

  /** The same for one key: the batch goes back among those that wait. */
  #isKeyGated(shipment: Shipment): boolean {
    const { gates, settings } = this.#lane.context;
    if (gates.size === 0 || shipment.destination.ignoresDelays) return false;
    const until = gates.until([gateName.key(shipment.destination.name, shipment.key, '')], settings.clock.now());
    if (until === 0) return false;
    shipment.state = 'waiting';
    this.#considerAt(shipment, until);
    return true;
  }

  #considerAt(shipment: Shipment, time: number): void {
    shipment.notBefore = time;
    this.#parts.alarm.at(time, () => {
      shipment.destination.consider(shipment);
      this.#lane.onReady(shipment.destination);
    });
  }

  async #attempt(shipment: Shipment): Promise<void> {
    const { destination } = shipment;
    const { clock } = this.#lane.context.settings;
    destination.started(shipment);
    this.inFlight += 1;
    let lines: readonly OutgoingLine[];
    try {
      lines = this.#parts.texts.inMemory(shipment) ?? (await this.#parts.texts.load(shipment));
    } catch (error) {
      this.#unreadable(shipment, error);
      return;
    }
    shipment.attempts += 1;
    const { inFlight } = destination;
    const startedAt = clock.now();
    const outcome = await this.#send(shipment, lines);
    if (this.#abandoned) return;
    const ms = clock.now() - startedAt;
    destination.concurrency.report({ ms, status: outcome.status, inFlight });
    this.#lane.writer.together(() => this.#settle(shipment, outcome, lines, ms));
    this.#lane.context.progressed();
  }

  async #send(shipment: Shipment, lines: readonly OutgoingLine[]): Promise<Outcome> {
    const { abort, settings } = this.#lane.context;
    try {
      const outcome = await settings.send(outgoing(shipment, lines), { signal: abort });
      const fault = outcome.kind === 'delivered' ? this.#forwardFault(outcome) : undefined;
      return fault === undefined ? outcome : { kind: 'rejected', reason: fault };
    } catch (error) {
      return { kind: 'retry', reason: error instanceof Error ? error.message : 'The sender failed.' };
    }
  }

  /** Why what a batch produced cannot be taken with its end in one write. */
  #forwardFault({ forward }: Delivered): string | undefined {
    if (forward === undefined || forward.length === 0) return undefined;
    return this.#lane.context.settings.downstream?.handOverFault(forward, this.#lane.number);
  }

  #unreadable(shipment: Shipment, error: unknown): void {
    this.inFlight -= 1;
    shipment.destination.stopped(shipment);
    this.#parts.onDamage(shipment.destination, storeError(error));
    this.#lane.context.progressed();
  }

  #settle(shipment: Shipment, outcome: Outcome, lines: readonly OutgoingLine[], ms: number): void {
    const { destination } = shipment;
    this.inFlight -= 1;
    destination.stopped(shipment);
    destination.tally.attempts += 1;
    this.#lane.counted(destination);
    this.#tell(shipment, outcome, ms);
    this.#setGate(shipment, outcome);
    // TypeScript cannot see that a table by kind gets its own kind.
    (this.#consequences[outcome.kind] as (of: Shipment, outcome: Outcome, lines: readonly OutgoingLine[]) => void)(
      shipment,
      outcome,
      lines,
    );
    this.#lane.onReady(destination);
  }

  #tell({ attempts, destination, id, batch }: Shipment, outcome: Outcome, ms: number): void {
    // Units have one line each and come in great numbers: of those only what went wrong is news.
    if (batch === undefined && outcome.kind === 'delivered') return;
    const { kind, status } = outcome;
    const reason = kind === 'delivered' ? undefined : outcome.reason;
    const event = { type: 'attempt', destination: destination.name, batch: id, attempt: attempts } as const;
    this.#lane.context.settings.emit({ ...event, outcome: kind, ms, status, reason });
  }

  /** Keeps the delay that the other side asked for. */
  #setGate({ destination, key }: Shipment, { delayMs, delayScope = 'destination' }: Outcome): void {
    const { gates, settings } = this.#lane.context;
    const delay = honouredDelayMs(delayMs, settings.retry);
    if (delay === 0) return;
    const name = gateName[delayScope](destination.name, key, settings.endpointOf(destination.name));
    const until = settings.clock.now() + delay;
    if (!gates.set(name, until)) return;
    this.#lane.put(PREFIX.gate + name, String(until));
    settings.emit({ type: 'gate', destination: destination.name, scope: delayScope, untilMs: until });
  }

  #delivered(shipment: Shipment, { tallies, forward }: Delivered, lines: readonly OutgoingLine[]): void {
    const { tally } = shipment.destination;
    try {
      if (forward !== undefined && forward.length > 0) this.#lane.context.settings.downstream?.handOver(forward);
    } catch (error) {
      // The next stage has let the lane go: what it does not take is not delivered.
      if (!(error instanceof DeliveryError)) throw error;
      this.#postpone(shipment, { kind: 'retry', reason: error.message }, lines);
      return;
    }
    tally.delivered += shipment.lines.length;
    tally.batches.delivered += 1;
    if (tallies !== undefined) addCounts(tally.tallies, tallies);
    if (shipment.letter !== undefined) this.#parts.deadLetters.arrived(shipment);
    this.#parts.sealing.finish(shipment);
  }

  #postpone(shipment: Shipment, outcome: Retry, lines: readonly OutgoingLine[]): void {
    const { abort, settings } = this.#lane.context;
    const { clock, maxAttemptsOf, random, retry } = settings;
    if (abort.aborted) return;
    const { destination } = shipment;
    if (destination.discarding) {
      discardShipment(this.#parts, shipment);
      return;
    }
    const delay = honouredDelayMs(outcome.delayMs, retry);
    const failed = outcome.failed ?? delay === 0;
    if (failed) shipment.failures += 1;
    shipment.lastAnswer = { reason: outcome.reason, status: outcome.status };
    if (failed && shipment.failures >= maxAttemptsOf(destination.name)) {
      const reason = `${outcome.reason} Gave up after ${shipment.failures} failed attempts.`;
      this.#parts.deadLetters.bury(shipment, lines, { ...outcome, reason });
      return;
    }
    this.#lane.put(PREFIX.tries + shipment.id, JSON.stringify([shipment.attempts, shipment.failures]));
    const wait = delay > 0 ? delay : backoffMs(shipment.failures, retry, random);
    this.#parts.texts.drop(shipment);
    this.#considerAt(shipment, clock.now() + (destination.ignoresDelays ? Math.min(wait, IGNORED_DELAY_MS) : wait));
  }

  #rejected(shipment: Shipment, outcome: Rejected, lines: readonly OutgoingLine[]): void {
    const { batch, letter, destination } = shipment;
    const isSplittable = shipment.lines.length > 1 && batch !== undefined && letter === undefined;
    if (isSplittable && this.#lane.context.settings.bisects(destination.name)) this.#split(shipment);
    else this.#parts.deadLetters.bury(shipment, lines, outcome);
  }

  /**
   * Puts the two halves of a batch in its place: each has an id and a manifest, in one write with
   * the end of the whole.
   */
  #split(whole: Shipment): void {
    const { sealing } = this.#parts;
    const parts = halves(whole);
    sealing.forget(whole);
    for (const part of parts) {
      sealing.register.add(part);
      sealing.putManifest(part);
    }
    sealing.register.remove(whole);
    whole.destination.replace(whole, parts);
  }
}
