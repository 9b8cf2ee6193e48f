import { DeliveryError } from './delivery-error.ts';
import { notesBytes } from './journal/append-queues.ts';
import type { LaneWriter } from './journal/lane-writer.ts';
import { addIncoming, type Incoming, type LaneEngine, newIncoming, positionsOf } from './lane-engine.ts';
import type { Lanes } from './lanes.ts';
import { type Line, lineFault, MAX_NAME_BYTES } from './line.ts';
import type { Settings } from './options.ts';
import type { OutgoingLine } from './outcome.ts';
import type { DestinationState } from './state/destination.ts';
import { PREFIX } from './state/records.ts';

/** What goes in with lines. */
export interface AppendOptions {
  /**
   * Small values that are kept with the destination of the lines, by name; null deletes one.
   * They are in the very write that takes the last of the lines, so the lines and what is noted of
   * them are on disk together or not at all.
   */
  readonly notes?: ReadonlyMap<string, string | null>;
}

/** What became of the lines of one `append`. Those not refused are durable. */
export interface AppendResult {
  /** Lines taken in, all of them durable. */
  readonly accepted: number;
  /**
   * Ids of the accepted lines, in order, for `explain` with their destination. Made when asked for.
   */
  lineIds(): string[];
  /** Lines that can be in no batch, by their index in the call: `INVALID` or `LINE_TOO_LARGE`. */
  readonly refused: readonly { readonly index: number; readonly error: DeliveryError }[];
}

/** Most bytes of an entry beside its content. */
const HEAD_BYTES = 8 * MAX_NAME_BYTES;

/** Lines of one destination that stand together in an append. */
interface Parcel {
  readonly lane: LaneEngine;
  readonly destination: DestinationState;
  readonly incoming: Incoming;
}

/** The way in: checks lines, and puts them into their lane's writer. */
export class Intake {
  readonly #lanes: Lanes;
  readonly #settings: Settings;

  constructor(lanes: Lanes, settings: Settings) {
    this.#lanes = lanes;
    this.#settings = settings;
  }

  /** @throws DeliveryError as `Engine.append`, for what is known before anything is written */
  append(lines: readonly Line[], { notes }: AppendOptions): Promise<AppendResult> {
    const refused: { index: number; error: DeliveryError }[] = [];
    const parcels = this.#parcels(lines, refused);
    const accepted = lines.length - refused.length;
    const lineIds = () => parcels.flatMap(({ incoming }) => positionsOf(incoming).map(String));
    const result = { accepted, lineIds, refused };
    const [parcel] = parcels;
    if (parcel !== undefined && parcels.length === 1) {
      const { lane, destination, incoming } = parcel;
      if (notes !== undefined) mustFit(lane.state.writer, incoming.bytes + notesBytes(notes));
      return lane.append(destination, incoming, stored(lane, destination, notes)).then(() => result);
    }
    return this.#appendAll(lines, parcels, notes).then(() => result);
  }

  async #appendAll(lines: readonly Line[], parcels: readonly Parcel[], notes: AppendOptions['notes']): Promise<void> {
    const [first] = lines;
    if (notes !== undefined) {
      if (parcels.length > 1) throw new DeliveryError('INVALID', 'Lines with notes must be of one destination.');
      if (first === undefined) return;
      // Of lines that were all refused nothing is left but what is noted of them.
      const fault = lineFault({ destination: first.destination, key: '', content: '' });
      if (fault !== undefined) throw fault;
      await this.note(first.destination, notes);
      return;
    }
    await Promise.all(parcels.map(({ lane, destination, incoming }) => lane.append(destination, incoming, undefined)));
  }

  async note(destination: string, notes: ReadonlyMap<string, string | null>): Promise<void> {
    const { lane, state } = this.#lanes.destination(destination);
    const { writer } = lane.state;
    mustFit(writer, notesBytes(notes));
    // Notes keep their order with those that go in with lines.
    await writer.flushed();
    writer.together(() => {
      const part = lane.state.part();
      for (const [key, value] of stored(lane, state, notes) ?? []) part.put.set(key, value);
      part.bytes += notesBytes(notes);
    });
    await writer.written();
  }

  /**
   * Why the lines of one cause cannot be taken in one write with its end; undefined when they can.
   */
  handOverFault(lines: readonly Line[], lane: number): string | undefined {
    let bytes = 0;
    for (const { destination, content } of lines) {
      if (this.#lanes.numberOf(destination) !== lane) {
        return 'Its lines are for a destination of another lane, so they and its end cannot be one write.';
      }
      bytes += content.length * 3 + MAX_NAME_BYTES;
    }
    const max = this.#lanes.get(lane)?.state.writer.maxWriteBytes ?? Number.POSITIVE_INFINITY;
    return bytes > max ? `Its lines are larger than one write may be (${max} bytes).` : undefined;
  }

  handOver(lines: readonly Line[]): void {
    for (const { lane, destination, incoming } of this.#parcels(lines, undefined)) {
      lane.appendInPart(destination, incoming);
    }
  }

  /**
   * Lines as runs of one destination. Without `refused`, one that can be in no batch goes in with
   * the reason.
   */
  #parcels(lines: readonly Line[], refused: { index: number; error: DeliveryError }[] | undefined): Parcel[] {
    const parcels: Parcel[] = [];
    const acceptedAt = this.#settings.clock.now();
    let parcel: Parcel | undefined;
    let offset = 0;
    let before: Line | undefined;
    for (let index = 0; index < lines.length; index += 1) {
      const given = lines[index];
      if (given === undefined) continue;
      const invalid = lineFault(given);
      if (invalid !== undefined && refused !== undefined) {
        refused.push({ index, error: invalid });
        continue;
      }
      const line = invalid === undefined ? given : writable(given);
      if (parcel?.destination.name !== line.destination) {
        const { lane, state } = this.#lanes.destination(line.destination);
        parcel = { lane, destination: state, incoming: newIncoming() };
      }
      const text = textOf(line, acceptedAt);
      const fault = invalid ?? this.#misfit(parcel, line.key, text.bytes);
      if (fault !== undefined && refused !== undefined) {
        refused.push({ index, error: fault });
        continue;
      }
      if (parcel !== parcels.at(-1)) parcels.push(parcel);
      offset = before !== undefined && isSameCause(before, line) ? offset + 1 : 0;
      addIncoming(parcel.incoming, line.key, text, offset, fault?.message);
      before = line;
    }
    return parcels;
  }

  /** Why a line can be in no batch of its policy, or in no write. */
  #misfit(
    { lane, destination: { batcher } }: Omit<Parcel, 'incoming'>,
    key: string,
    bytes: number,
  ): DeliveryError | undefined {
    const { maxWriteBytes } = lane.state.writer;
    if (bytes + HEAD_BYTES > maxWriteBytes / 2) {
      const most = Math.floor(maxWriteBytes / 2 - HEAD_BYTES);
      return new DeliveryError(
        'LINE_TOO_LARGE',
        `A line of ${bytes} bytes is too large for this store, which takes ${most}.`,
      );
    }
    const unfit = batcher?.fault({ key, bytes });
    return unfit && new DeliveryError('LINE_TOO_LARGE', unfit.message, { cause: unfit });
  }
}

function isSameCause(before: Line, line: Line): boolean {
  return (
    line.cause !== undefined &&
    line.cause === before.cause &&
    line.subject === before.subject &&
    line.destination === before.destination
  );
}

/** What of an invalid line can be kept, for its dead letter. */
function writable({ destination, key, subject, content }: Line): Line {
  const text = (value: unknown) => (typeof value === 'string' ? value : String(value)).toWellFormed();
  const isName = (value: unknown): value is string => typeof value === 'string' && value.length * 3 <= MAX_NAME_BYTES;
  return {
    destination,
    key: isName(key) ? key : '',
    subject: isName(subject) ? subject : undefined,
    content: text(content),
  };
}

function textOf({ content, subject }: Line, acceptedAt: number): OutgoingLine {
  return { content, subject, acceptedAt, bytes: Buffer.byteLength(content) };
}

/** Notes under their keys in the store. */
function stored(
  { state }: LaneEngine,
  { nameText }: DestinationState,
  notes: ReadonlyMap<string, string | null> | undefined,
): Map<string, string | null> | undefined {
  if (notes === undefined) return undefined;
  const keys = new Map<string, string | null>();
  for (const [name, value] of notes) keys.set(state.stateKey(`${PREFIX.note}${nameText}/${name}`), value);
  return keys;
}

/** Lines with notes are never cut in two, so they must fit one write. */
function mustFit({ maxWriteBytes }: LaneWriter, bytes: number): void {
  if (bytes * 2 <= maxWriteBytes) return;
  throw new DeliveryError('INVALID', `Lines with notes may have ${maxWriteBytes / 2} bytes together, not ${bytes}.`);
}
