const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * Milliseconds to wait before the attempt after so many failed ones: doubling from a second to half a minute, of which the
 * later half is left to chance (`random`, 0 to 1), so that readers who lost the platform together don't all come back at once.
 */
export function backoffMs(failures: number, random: number): number {
  const whole = Math.min(FIRST_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
  return Math.round(whole / 2 + (whole / 2) * random);
}
