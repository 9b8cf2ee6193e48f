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

/** How long something has lasted or will last, as it is shown while it goes on: whole seconds, `< 1 s` below the first. */
export function formatAge(ms: number): string {
  return ms < 1_000 ? '< 1 s' : formatDuration(Math.floor(ms / 1_000) * 1_000);
}

const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const day = { year: 'numeric', month: 'short', day: 'numeric' } as const;

/** Making a formatter takes far longer than using it, and a table has many rows. By zone; '' is the reader's. */
const formats = new Map<string, readonly [dayOf: Intl.DateTimeFormat, clockOf: Intl.DateTimeFormat]>();

function formatsOf(timeZone: string) {
  const zone = timeZone === '' ? {} : { timeZone };
  const made = formats.get(timeZone) ?? [
    new Intl.DateTimeFormat('en', { ...day, ...zone }),
    new Intl.DateTimeFormat('en', { ...clock, ...zone }),
  ];
  formats.set(timeZone, made);
  return made;
}

/** A moment in the reader's zone: the time of day alone when it is today's. `timeZone` is for tests. */
export function formatTime(ts: number, now: number, timeZone = ''): string {
  const [dayOf, clockOf] = formatsOf(timeZone);
  const time = clockOf.format(ts);
  return dayOf.format(ts) === dayOf.format(now) ? time : `${dayOf.format(ts)}, ${time}`;
}

/** The same moment in UTC with its milliseconds: `2026-11-22 05:23:54.123`. */
export const formatUtc = (ts: number): string => new Date(ts).toISOString().replace('T', ' ').replace('Z', '');

const utcDay = new Intl.DateTimeFormat('en', { ...day, timeZone: 'UTC' });

/** The day in UTC: `Nov 22, 2026`. */
export const formatUtcDay = (ts: number): string => utcDay.format(ts);
