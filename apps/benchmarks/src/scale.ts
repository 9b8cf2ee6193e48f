/** Share of the usual amounts to measure with, for a quick look: `BATCHFEED_SCALE=0.1`. Bounds hold for 1, the default. */
const SCALE = Number(process.env.BATCHFEED_SCALE ?? 1);

/** An amount at the scale asked for, a multiple of `step`. */
export function scaled(amount: number, step = 1): number {
  return Math.max(1, Math.round((amount * SCALE) / step)) * step;
}
