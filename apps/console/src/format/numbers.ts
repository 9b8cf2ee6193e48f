const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** `12,345`. */
export const formatCount = (count: number): string => whole.format(count);

/** `12.3K`, for where there is little room. */
export const formatCompact = (count: number): string => compact.format(count);

/** A rate: `0.25`, `3.1`, `1,200`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  return perSecond < 1 ? fine.format(perSecond) : perSecond < 100 ? one.format(perSecond) : whole.format(perSecond);
}

/** `12.5%`. */
export const formatShare = (share: number): string => percent.format(share);

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `512 B`, `8 MiB`, `1.4 GiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(byteUnits.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 ? whole.format(value) : one.format(value)} ${byteUnits[power]}`;
}
