const units = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1_000, name: 's' },
] as const;

const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** How long: `250 ms`, `4.2 s`, `3 min 20 s`, `2 d 4 h`. At most two units. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${one.format(Math.floor(ms / 100) / 10)} s`;
  const first = units.findIndex((unit) => ms >= unit.ms);
  const larger = units[first] as (typeof units)[number];
  const smaller = units[first + 1];
  const count = Math.floor(ms / larger.ms);
  const rest = smaller === undefined ? 0 : Math.floor((ms - count * larger.ms) / smaller.ms);
  return rest === 0 || smaller === undefined
    ? `${count} ${larger.name}`
    : `${count} ${larger.name} ${rest} ${smaller.name}`;
}

const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const day = { year: 'numeric', month: 'short', day: 'numeric' } as const;

/** A moment in the reader's zone: the time of day alone when it is today's. `timeZone` is for tests. */
export function formatTime(ts: number, now: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const dayOf = new Intl.DateTimeFormat('en', { ...day, ...zone });
  const time = new Intl.DateTimeFormat('en', { ...clock, ...zone }).format(ts);
  return dayOf.format(ts) === dayOf.format(now) ? time : `${dayOf.format(ts)}, ${time}`;
}

/** The same moment in UTC with its milliseconds: `2026-11-22 05:23:54.123`. */
export const formatUtc = (ts: number): string => new Date(ts).toISOString().replace('T', ' ').replace('Z', '');

const utcDay = new Intl.DateTimeFormat('en', { ...day, timeZone: 'UTC' });

/** The day in UTC: `Nov 22, 2026`. */
export const formatUtcDay = (ts: number): string => utcDay.format(ts);
