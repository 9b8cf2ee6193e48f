/** The texts of lines that are sent: from memory where they are still there, else read again. */
import { decodeEntry } from '../line.ts';
import type { OutgoingLine } from '../outcome.ts';
import type { LaneState } from '../state/lane-state.ts';
import type { Shipment } from '../state/shipment.ts';

export class Texts {
  readonly #lane: LaneState;

  constructor(lane: LaneState) {
    this.#lane = lane;
  }

  /**
   * Whether a batch's texts may be in memory. A destination that sends nothing may always send one
   * batch, however large, so that texts of others never keep it from moving.
   */
  hasRoomFor({ destination, lines, bytes }: Shipment): boolean {
    if (destination.inFlight === 0) return true;
    return lines.every(({ text }) => text !== undefined) || destination.account.hasTextRoom(bytes);
  }

  /** The texts of a batch when all of them are in memory. */
  inMemory({ lines }: Shipment): readonly OutgoingLine[] | undefined {
    const texts: OutgoingLine[] = [];
    for (const { text } of lines) {
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return texts;
  }

  /**
   * Reads what is missing. @throws DeliveryError `STORE_CORRUPT` for an entry that is damaged,
   * `STORE_…`
   */
  async load(shipment: Shipment): Promise<readonly OutgoingLine[]> {
    const { destination, letter, lines } = shipment;
    const queue = letter === undefined ? destination.queue : destination.deadQueue;
    // In the order of their queue; a line that was held stands behind later ones in its batch.
    const missing = lines.filter(({ text }) => text === undefined).sort((one, other) => one.position - other.position);
    const entries = await this.#lane.writer.lane.readAt(
      queue,
      missing.map(({ position }) => position),
    );
    missing.forEach((line, index) => {
      const entry = entries[index];
      if (entry === undefined || line.text !== undefined) return;
      line.text = decodeEntry(entry.text, () => this.#where(queue, line.position)).text;
      destination.account.takeText(line.bytes);
    });
    return this.inMemory(shipment) ?? [];
  }

  /** Lets go of the texts of a batch that is not sent again soon, unless there is room for them. */
  drop({ destination, lines }: Shipment): void {
    if (destination.account.hasTextRoom(0)) return;
    let texts = 0;
    let bytes = 0;
    for (const line of lines) {
      if (line.text === undefined) continue;
      texts += 1;
      bytes += line.bytes;
      line.text = undefined;
    }
    destination.account.give(0, texts, bytes);
  }

  #where(queue: string, position: number): string {
    return `position ${position} of queue ${queue} in lane ${this.#lane.number}`;
  }
}
