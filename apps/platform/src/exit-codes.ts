/** What the command's exit codes mean. */
export const EXIT = {
  ok: 0,
  /** It could not start, or failed while it ran; standard error has a sentence on why. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
} as const;
