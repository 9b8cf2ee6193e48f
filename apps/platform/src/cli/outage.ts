import type { FeedBacklog, FeedResource, FeedWait } from '@batchfeed/schemas';

type Fares = Pick<FeedResource, 'circuit' | 'backlog'>;

/**
 * What is said of a plugin that does not answer, and of what waits for it; undefined when nothing
 * is to be said.
 */
export function outageSentence({ circuit, backlog }: Fares): string | undefined {
  if (circuit === undefined || circuit.state === 'CLOSED') return undefined;
  const since = circuit.since_ts === undefined ? '' : ` since ${clock(circuit.since_ts)}`;
  return `the plugin does not answer${since}: ${waiting(backlog)} on disk`;
}

/** What is said once it answers again. */
export function recoverySentence({ backlog }: Fares): string {
  return `the plugin answers again: ${waiting(backlog)}${emptying(backlog)}`;
}

/** A feed's plugin in a column: `up`, or since when it is not. */
export function pluginColumn({ circuit }: Fares): string {
  if (circuit === undefined || circuit.state === 'CLOSED') return 'up';
  return circuit.since_ts === undefined ? 'down' : `down since ${clock(circuit.since_ts)}`;
}

/** What waits in a column, with how long emptying takes. */
export function waitingColumn({ backlog }: Fares): string {
  if (backlog === undefined || backlog.updates + backlog.lines === 0) return '-';
  return `${number(backlog.updates)} updates, ${number(backlog.lines)} lines${emptying(backlog)}`;
}

/** What a feed waits for, in words. */
export const WAITS: Readonly<Record<FeedWait['for'], string>> = {
  delay: 'the delay the plugin asked for',
  retry: 'the repetition of what failed',
  call: 'calls under way',
  circuit: 'the plugin to be back',
  address: 'an address of the plugin',
  resume: 'the feed to be resumed',
  connection: "the plugin's answer to the connection call",
  repair: 'the repair of its data on disk',
};

/** What a feed waits for, each once; empty when that is nothing. */
export function waitsSentence(waits: readonly FeedWait[]): string {
  const reasons = waits.map(({ for: what, until_ts: until }) =>
    until === undefined ? WAITS[what] : `${WAITS[what]} (until ${new Date(until).toISOString()})`,
  );
  return reasons.length === 0 ? '' : `waits for ${[...new Set(reasons)].join(' and ')}`;
}

function waiting(backlog: FeedBacklog | undefined): string {
  if (backlog === undefined) return 'updates wait';
  const lines = backlog.lines === 0 ? '' : ` and ${number(backlog.lines)} lines`;
  return `${number(backlog.updates)} updates${lines} wait`;
}

function emptying(backlog: FeedBacklog | undefined): string {
  const seconds = backlog?.empty_in_s ?? null;
  if (seconds === null || seconds === 0) return '';
  return `, empty in ${duration(seconds)}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

/** A time of today in the clock of this machine, an older one with its day. */
function clock(ts: number): string {
  const at = new Date(ts);
  const isToday = at.toDateString() === new Date().toDateString();
  const time = at.toTimeString().slice(0, 8);
  return isToday ? time : `${at.toISOString().slice(0, 10)} ${time}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
