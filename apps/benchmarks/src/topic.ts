import type { MeasuredFigure } from './figure.ts';

export interface TopicContext {
  /** Says what is being done, where it does not disturb the figures on stdout. */
  say: (line: string) => void;
  signal: AbortSignal;
}

/** A group of figures that are measured together. */
export type Topic = (context: TopicContext) => Promise<MeasuredFigure[]>;
