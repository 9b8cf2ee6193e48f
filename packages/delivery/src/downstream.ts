import type { Gates } from './base/gates.ts';
import type { Line } from './line.ts';

/** The next stage, as the engine before it sees it. An `Engine` is one. */
export interface Downstream {
  /** Delays that were asked for at either stage: both wait for them. */
  readonly gates: Gates;
  /**
   * Whether the next stage wants more for a destination. After a no, `onRoom` tells when it does.
   */
  hasRoomFor(destination: string): boolean;
  /** Tells for which destination there is room again, after `hasRoomFor` was asked in vain. */
  onRoom(callback: (destination: string) => void): void;
  /**
   * Why lines cannot be taken in one write with the end of their cause, whose lane this is;
   * undefined when they can.
   */
  handOverFault(lines: readonly Line[], lane: number): string | undefined;
  /**
   * Takes the lines of one cause, in the write that is being gathered for their lane. A line that
   * can be in no batch is kept as a dead letter: there is no caller to refuse it to.
   */
  handOver(lines: readonly Line[]): void;
}
