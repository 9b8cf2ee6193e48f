import type { FirstRun } from './use-first-run.ts';

/** What every step gets. */
export interface StepProps {
  readonly run: FirstRun;
}
