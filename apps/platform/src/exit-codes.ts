/** What the command's exit codes mean. */
export const EXIT = {
  ok: 0,
  /** It could not start, or failed while it ran; standard error has a sentence on why. */
  failure: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** No platform answers at the URL. */
  unreachable: 3,
  /** The platform answered that it will not. */
  refused: 4,
  /** Done, but something was found: rejected lines, a check that failed. */
  found: 5,
} as const;

export const EXIT_HELP = `
Exit codes:
  0  done (serve: stopped by SIGTERM or SIGINT, everything kept)
  1  could not start or failed; standard error says why
  2  the command line or the configuration is wrong
  3  no platform answers at the URL
  4  the platform refused
  5  done, but something was found: rejected lines, a failed check`;
