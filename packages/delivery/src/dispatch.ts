/**
 * Sends what is ready and draws the consequences.
 *
 * A ready batch starts when its destination has a free place, is neither paused nor behind a gate, and the engine downstream has room.
 * Its outcome ends it, puts it off, or (a rejection where bisecting is on) replaces it by its two halves in the same place of its key.
 */

import { halves } from './bisect.ts';
import type { DestinationState } from './destination.ts';
import { gateName } from './gates.ts';
import type { LaneEngine } from './lane-engine.ts';
import { addTallies } from './ledger.ts';
import type { Delivered, Outcome, Rejected, Retry } from './outcome.ts';
import { PREFIX } from './records.ts';
import { backoffMs, honouredDelayMs } from './retry.ts';
import { outgoing, type Shipment } from './shipment.ts';

/** How long what is repeated waits, at most, where delays do not count any more: not to be repeated without end in no time. */
const RUSHED_WAIT_MS = 50;

export class Dispatch {
  readonly #lane: LaneEngine;
  #sending = false;
  #abandoned = false;
  /** Batches of this lane in flight. */
  inFlight = 0;

  readonly #consequences: {
    [K in Outcome['kind']]: (shipment: Shipment, outcome: Extract<Outcome, { kind: K }>) => void;
  } = {
    delivered: (shipment, outcome) => this.#delivered(shipment, outcome),
    retry: (shipment, outcome) => this.#postpone(shipment, outcome),
    rejected: (shipment, outcome) => this.#rejected(shipment, outcome),
  };

  constructor(lane: LaneEngine) {
    this.#lane = lane;
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
    if (destination.ready.size === 0 || destination.paused || !this.#sending || this.#gated(destination)) return;
    const { downstream } = this.#lane.context.settings;
    const { concurrency, ready } = destination;
    while (
      destination.inFlight < concurrency.limit &&
      ready.size > 0 &&
      downstream?.hasRoomFor(destination.name) !== false
    ) {
      const shipment = ready.shift() as Shipment;
      if (!this.#keyGated(shipment)) void this.#attempt(shipment);
    }
  }

  /** Has nothing of a destination wait for a delay any more, neither for one asked for nor for a repetition. */
  rush(destination: DestinationState): void {
    destination.rushed = true;
    for (const key of destination.queuedKeys()) {
      const [first] = destination.queued(key);
      if (first === undefined || first.notBefore === 0) continue;
      first.notBefore = 0;
      destination.consider(first);
    }
    this.pump(destination);
  }

  /** Whether a gate holds the destination up; if so, the alarm is set for its opening. */
  #gated(destination: DestinationState): boolean {
    const { gates, settings } = this.#lane.context;
    if (gates.size === 0 || destination.rushed) return false;
    const until = gates.until(destination.gates, settings.clock.now());
    if (until === 0) return false;
    if (until !== destination.gateAlarm) {
      destination.gateAlarm = until;
      this.#lane.alarm.at(until, () => this.pump(destination));
    }
    return true;
  }

  /** The same for one key: the batch goes back among those that wait. */
  #keyGated(shipment: Shipment): boolean {
    const { gates, settings } = this.#lane.context;
    if (gates.size === 0 || shipment.destination.rushed) return false;
    const until = gates.until([gateName.key(shipment.destination.name, shipment.key, '')], settings.clock.now());
    if (until === 0) return false;
    shipment.state = 'waiting';
    this.#considerAt(shipment, until);
    return true;
  }

  #considerAt(shipment: Shipment, time: number): void {
    shipment.notBefore = time;
    this.#lane.alarm.at(time, () => {
      shipment.destination.consider(shipment);
      this.pump(shipment.destination);
    });
  }

  async #attempt(shipment: Shipment): Promise<void> {
    const { context } = this.#lane;
    const { clock, send } = context.settings;
    shipment.destination.started(shipment);
    this.inFlight += 1;
    shipment.attempts += 1;
    const inFlight = shipment.destination.inFlight;
    const startedAt = clock.now();
    let outcome: Outcome;
    try {
      outcome = await send(outgoing(shipment), { signal: context.abort });
    } catch (error) {
      outcome = { kind: 'retry', reason: error instanceof Error ? error.message : 'The sender failed.' };
    }
    if (this.#abandoned) return;
    const ms = clock.now() - startedAt;
    shipment.destination.concurrency.report({ ms, status: outcome.status, inFlight });
    context.journal.together(() => this.#settle(shipment, outcome, ms));
    context.progressed();
  }

  #settle(shipment: Shipment, outcome: Outcome, ms: number): void {
    const { destination } = shipment;
    this.inFlight -= 1;
    destination.stopped(shipment);
    destination.tally.attempts += 1;
    this.#lane.counted(destination);
    this.#tell(shipment, outcome, ms);
    this.#setGate(shipment, outcome);
    // TypeScript cannot see that a table by kind gets its own kind.
    (this.#consequences[outcome.kind] as (shipment: Shipment, outcome: Outcome) => void)(shipment, outcome);
    this.pump(destination);
  }

  #tell({ attempts, destination, id }: Shipment, outcome: Outcome, ms: number): void {
    const { emit, unit } = this.#lane.context.settings;
    // One line each and in great numbers: of those only what went wrong is news.
    if (unit && outcome.kind === 'delivered') return;
    const { kind, status } = outcome;
    const reason = kind === 'delivered' ? undefined : outcome.reason;
    emit({
      type: 'attempt',
      destination: destination.name,
      batch: id,
      attempt: attempts,
      outcome: kind,
      ms,
      status,
      reason,
    });
  }

  /** Leaves whoever asked for it alone for as long as asked. */
  #setGate({ destination, key }: Shipment, { delayMs, delayScope = 'destination' }: Outcome): void {
    const { gates, journal, settings } = this.#lane.context;
    const delay = honouredDelayMs(delayMs, settings.retry);
    if (delay === 0) return;
    const name = gateName[delayScope](destination.name, key, settings.endpointOf(destination.name));
    const until = settings.clock.now() + delay;
    if (!gates.set(name, until)) return;
    journal.part(this.#lane).put.set(PREFIX.gate + name, String(until));
    settings.emit({ type: 'gate', destination: destination.name, scope: delayScope, untilMs: until });
  }

  #delivered(shipment: Shipment, outcome: Delivered): void {
    const { tally } = shipment.destination;
    tally.delivered += shipment.lines.length;
    tally.batches.delivered += 1;
    if (outcome.tallies !== undefined) addTallies(tally.tallies, outcome.tallies);
    if (outcome.forward !== undefined) this.#lane.context.settings.downstream?.handOver(outcome.forward);
    this.#lane.finish(shipment);
  }

  #postpone(shipment: Shipment, outcome: Retry): void {
    const { abort, journal, settings } = this.#lane.context;
    const { clock, maxAttemptsOf, random, retry } = settings;
    if (abort.aborted) return;
    const delay = honouredDelayMs(outcome.delayMs, retry);
    const failed = outcome.failed ?? delay === 0;
    if (failed) shipment.failures += 1;
    shipment.lastAnswer = { reason: outcome.reason, status: outcome.status };
    if (failed && shipment.failures >= maxAttemptsOf(shipment.destination.name)) {
      const reason = `${outcome.reason} Gave up after ${shipment.failures} failed attempts.`;
      this.#lane.deadLetters.bury(shipment, { ...outcome, reason });
      return;
    }
    const tries = JSON.stringify([shipment.attempts, shipment.failures]);
    journal.part(this.#lane).put.set(PREFIX.tries + shipment.id, tries);
    const wait = delay > 0 ? delay : backoffMs(shipment.failures, retry, random);
    this.#considerAt(shipment, clock.now() + (shipment.destination.rushed ? Math.min(wait, RUSHED_WAIT_MS) : wait));
  }

  #rejected(shipment: Shipment, outcome: Rejected): void {
    const splittable = shipment.lines.length > 1 && shipment.stored === 'manifest';
    if (splittable && this.#lane.context.settings.bisects(shipment.destination.name)) this.#split(shipment);
    else this.#lane.deadLetters.bury(shipment, outcome);
  }

  /** Puts the two halves of a batch in its place: each a batch of its own, with an id and a manifest, in one write with the end of the whole. */
  #split(whole: Shipment): void {
    const lane = this.#lane;
    const { put } = lane.context.journal.part(lane);
    const after: number[] = [];
    const parts = halves(whole);
    lane.forget(whole, put);
    if (whole.attempts > 1) put.set(PREFIX.tries + whole.id, null);
    for (const part of parts) {
      lane.adopt(part);
      lane.putManifest(part, after);
    }
    lane.untrack(whole);
    whole.destination.replace(whole, parts);
  }
}
