import { CliError } from './cli-error.ts';

/** The route of a feed, which may have something behind it. @throws CliError `USAGE` when it is no id. */
export function feedPath(feedId: string | undefined, rest = ''): string {
  if (feedId === undefined || !/^\d+$/.test(feedId))
    throw new CliError('USAGE', `A feed id is a number, not ${feedId}. See batchfeed feed list.`);
  return `/v1/audience_segment_external_feeds/${feedId}${rest}`;
}

/** A query of what is given; empty when nothing is. */
export function query(values: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** A `name=value` of the command line. @throws Error with a sentence on what it must be. */
export function pair(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Error('It must be name=value.');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** @throws Error with a sentence on what it must be. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error('It must be a whole number.');
  return Number(text);
}

/** A time as milliseconds since the epoch, or anything a date may look like. @throws Error with a sentence on that. */
export function time(text: string): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) throw new Error('It must be a time like 2026-01-31T12:00:00Z, or milliseconds since 1970.');
  return at;
}
