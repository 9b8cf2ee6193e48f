/** How the command ends. The most severe that applies. */
export const EXIT = {
  /** Every row succeeded, or needed nothing. */
  done: 0,
  /** Some rows failed; they are in the failed-rows file. */
  failed: 1,
  /** Nothing was sent: options, input file, journal or credentials are not usable. */
  unusable: 2,
  /** Rows remain unsent: a guard or the shop stopped the run. `--resume` goes on. */
  stopped: 3,
  /** Some rows are unknown: look at the shop before sending them again. */
  unknown: 4,
  /** Ctrl-C or SIGTERM. `--resume` goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface Ending {
  readonly failed: number;
  readonly unknown: number;
  readonly unsent: number;
  readonly interrupted: boolean;
}

export function exitCodeOf({ failed, unknown, unsent, interrupted }: Ending): ExitCode {
  if (interrupted) return EXIT.interrupted;
  if (unknown > 0) return EXIT.unknown;
  if (unsent > 0) return EXIT.stopped;
  return failed > 0 ? EXIT.failed : EXIT.done;
}
