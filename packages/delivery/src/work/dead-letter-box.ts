/**
 * A lane's dead letters: batches that ended without arriving, kept with their lines until they are
 * replayed or expire.
 *
 *   rejected or given up ──lines copied to the queue of the dead──▶ dying
 *     ──letter written, batch over──▶ dead ──replay──▶ sealed again
 *                                          └──expire──▶ gone
 *
 * The lines are copied, so that a letter that stays for months keeps nothing else of its queue on
 * disk. A crash between the two writes leaves copies without a letter, which the next start drops,
 * and the batch, which is sent again.
 */
import { type DeadLetter, deadRef } from '../dead-letters.ts';
import { entryHead, type Place } from '../line.ts';
import type { OutgoingLine, Rejected, Retry } from '../outcome.ts';
import type { DestinationState } from '../state/destination.ts';
import type { LaneState } from '../state/lane-state.ts';
import { entryBytesOf, type Letter, numbered, PREFIX } from '../state/records.ts';
import type { Shipment } from '../state/shipment.ts';
import type { Overtaken } from './overtaken.ts';
import type { Sealing } from './sealing.ts';

/** What a letter says of its end. */
type Verdict = Pick<Rejected | Retry, 'reason' | 'status' | 'excerpt'>;

export class DeadLetterBox {
  readonly #lane: LaneState;
  readonly #sealing: Sealing;
  readonly #overtaken: Overtaken;

  constructor(lane: LaneState, sealing: Sealing, overtaken: Overtaken) {
    this.#lane = lane;
    this.#sealing = sealing;
    this.#overtaken = overtaken;
  }

  /** Ends a batch as a dead letter. */
  bury(shipment: Shipment, lines: readonly OutgoingLine[], verdict: Verdict): void {
    const { destination, letter, id, key, bytes, attempts, openedAt, sealedAt } = shipment;
    const fields = { id, key, attempts, sealReason: shipment.reason, bytes, openedAt, sealedAt };
    const common = { ...verdictOf(verdict), ...fields, replays: letter?.replays ?? 0 };
    shipment.state = 'dying';
    if (letter !== undefined) {
      // Its lines lie among the dead already.
      this.#write(destination, { ...letter, ...common, diedAt: this.#now() });
      this.#sealing.finish(shipment, 'when durable');
      return;
    }
    const entryBytes = entryBytesOf(shipment.lines);
    void this.#copy(destination, shipment.lines, lines, (first) => {
      const subjects = this.#overtaken.subjectsOf(destination, shipment.lines);
      const begun = this.#begin(destination, first, shipment.lines.length, entryBytes);
      this.#write(destination, { ...begun, ...common, subjects });
      this.#overtaken.died(shipment, subjects);
      this.#sealing.finish(shipment, 'when durable');
    });
  }

  /** A line that can be in no batch becomes a dead letter of its own. */
  buryLine(destination: DestinationState, line: Place, text: OutgoingLine, reason: string): void {
    destination.dyingLines += 1;
    const id = this.#lane.batchId(destination, line.position);
    void this.#copy(destination, [line], [text], (first) => {
      destination.dyingLines -= 1;
      const subjects = this.#overtaken.subjectsOf(destination, [line]);
      this.#overtaken.follow(destination, subjects);
      this.#write(destination, {
        ...this.#begin(destination, first, 1, line.entryBytes),
        ...verdictOf({ reason, status: undefined, excerpt: undefined }),
        id,
        key: line.key,
        attempts: 0,
        sealReason: 'bytes',
        bytes: line.bytes,
        openedAt: text.acceptedAt,
        sealedAt: this.#now(),
        replays: 0,
        subjects,
      });
      destination.over([line]);
      this.#lane.counted(destination);
      this.#lane.onReady(destination);
    });
  }

  /** Takes a letter out of the dead: it is a sealed batch again. */
  raise(destination: DestinationState, letter: Letter): void {
    const { tally } = destination;
    this.#lane.put(letterKey(destination, letter), null);
    tally.dead -= letter.size;
    tally.batches.dead -= 1;
    tally.replayed += letter.size;
    this.#lane.counted(destination);
  }

  /** A replay has arrived: its lines need not lie among the dead any more. */
  arrived({ destination, letter }: Shipment): void {
    if (letter !== undefined) this.#drop(destination, letter);
  }

  /** Deletes a letter for good. */
  expire(destination: DestinationState, letter: Letter): void {
    const { tally } = destination;
    this.#lane.put(letterKey(destination, letter), null);
    tally.dead -= letter.size;
    tally.batches.dead -= 1;
    tally.expired += letter.size;
    tally.batches.expired += 1;
    this.#lane.counted(destination);
    this.#drop(destination, letter);
    const { id: batch, key, size: lines, diedAt } = letter;
    this.#lane.context.settings.emit({ type: 'expired', destination: destination.name, key, batch, lines, diedAt });
  }

  #drop(destination: DestinationState, { first, size, subjects }: Letter): void {
    this.#lane.part().over.push({ queue: destination.deadQueue, from: first, to: first + size });
    this.#overtaken.gone(destination, subjects);
  }

  /** Copies lines to the queue of the dead, and goes on in one change once they are durable. */
  async #copy(
    destination: DestinationState,
    places: readonly Place[],
    texts: readonly OutgoingLine[],
    then: (first: number) => void,
  ): Promise<void> {
    const keyText = (index: number) => JSON.stringify(places[index]?.key ?? '');
    const entries = texts.map((text, index) => entryHead(keyText(index), text) + text.content);
    let first: number | undefined;
    const taken = (position: number) => {
      first ??= position;
    };
    const sizes = entries.map((entry) => Buffer.byteLength(entry));
    const append = { queue: destination.deadQueue, entries, sizes, notes: undefined, taken };
    // A write that failed ends the lane, which tells of it; the batch is then found by the next
    // start.
    const isCopied = await this.#lane.writer.append(append).then(
      () => true,
      () => false,
    );
    if (isCopied) this.#lane.writer.together(() => then(first ?? 0));
    this.#lane.context.progressed();
  }

  #begin({ tag, name }: DestinationState, first: number, size: number, entryBytes: number) {
    return { ref: deadRef(tag, first), first, destination: name, size, entryBytes, diedAt: this.#now() };
  }

  #write(destination: DestinationState, letter: Letter): void {
    const { tally } = destination;
    const { id: batch, key, reason, size } = letter;
    this.#lane.put(letterKey(destination, letter), JSON.stringify(letter));
    tally.dead += size;
    tally.batches.dead += 1;
    this.#lane.counted(destination);
    this.#lane.context.settings.emit({ type: 'dead', destination: destination.name, key, batch, lines: size, reason });
  }

  #now(): number {
    return this.#lane.context.settings.clock.now();
  }
}

function verdictOf({ reason, status, excerpt }: Verdict): Pick<DeadLetter, 'reason' | 'status' | 'excerpt'> {
  return { reason, status, excerpt };
}

function letterKey({ nameText }: DestinationState, { first }: Pick<Letter, 'first'>): string {
  return numbered(`${PREFIX.dead}${nameText}/`, first);
}
