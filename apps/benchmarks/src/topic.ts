import type { MeasuredFigure } from './figure.ts';

export interface TopicContext {
  /** Says what is being done, where it does not disturb the figures on stdout. */
  say: (line: string) => void;
  signal: AbortSignal;
  options: TopicOptions;
}

/** What the command line says on how much to measure. */
export interface TopicOptions {
  /** The large form of a topic that has one. */
  readonly full: boolean;
  /** How long the soak takes. */
  readonly minutes: number;
}

export const DEFAULT_OPTIONS: TopicOptions = { full: false, minutes: 12 };

/** A group of figures that are measured together. */
export type Topic = (context: TopicContext) => Promise<MeasuredFigure[]>;
