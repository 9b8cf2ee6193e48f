/**
 * What the operator API has for people who look: sign-in, the overview of feeds, live events, the history of batches and
 * users, dead letters in groups, the audit, and what a change of a batching configuration would do.
 *
 * Times (`…ts`) are milliseconds since the epoch, durations (`…ms`) milliseconds, rates (`…per_s`) of the last second.
 * Contents are JSON text of one line, never parsed by the platform. They are *masked* unless a description says *in clear*:
 * every string and number in them is replaced by `•••`, except short upper-case words such as `UPSERT`; names of fields
 * stay, as long as they do not look personal themselves. In sentences (reasons, excerpts of answers) what looks like an
 * email address, a hash or a long id is replaced.
 */
export * from './console/audit.ts';
export * from './console/batches.ts';
export * from './console/dead-letter-groups.ts';
export * from './console/feeds.ts';
export * from './console/live-events.ts';
export * from './console/plugin-check.ts';
export * from './console/policy.ts';
export * from './console/session.ts';
export * from './console/user-search.ts';
