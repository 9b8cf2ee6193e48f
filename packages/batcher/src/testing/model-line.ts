import type { Batch, BatchLine } from '../batch.ts';

/** A line of the model, with what the model knows of it. */
export interface ModelLine extends BatchLine {
  readonly subject: string | undefined;
  readonly cause: number;
  /** Place in the order of acceptance. */
  readonly position: number;
  readonly at: number;
  /** Whether only its key orders it, since it came, or was set free, without order by subject. */
  free: boolean;
  over: boolean;
  /** Of a line that is being replayed: the last line that was accepted before. */
  replayedAt: number | undefined;
  sealedIn: ModelBatch | undefined;
  wasHeld: boolean;
}

/** A sealed batch on its way, or a part of one that was split. */
export interface ModelBatch {
  batch: Batch<ModelLine>;
  readonly lines: readonly ModelLine[];
  readonly isReplay: boolean;
  inFlight: boolean;
}

export function nameOf({ lines }: { readonly lines: readonly ModelLine[] }): string {
  return `${lines[0]?.key}[${lines.map(({ cause }) => `c${cause}`).join()}]`;
}

/**
 * A line that `line` may not arrive before, although it would now.
 *
 * A replayed line counts for lines that were accepted after its replay only.
 */
export function overtakenBy(line: ModelLine, lines: readonly ModelLine[]): ModelLine | undefined {
  return lines.find((other) => {
    if (other.over || other.sealedIn === line.sealedIn || other.cause >= line.cause) return false;
    const isReplayed = other.replayedAt !== undefined;
    if (isReplayed && (other.replayedAt ?? 0) >= line.position) return false;
    const isSameKey = other.key === line.key && !isReplayed;
    if (line.subject === undefined) return other.subject === undefined && isSameKey;
    return other.subject === line.subject && (isSameKey || !line.free);
  });
}
