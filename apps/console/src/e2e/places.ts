import type { Operator } from './operator.ts';

/** Every page of the console, by what it is called here, with its address. */
export async function places(operator: Operator, feedId: string): Promise<Readonly<Record<string, string>>> {
  const ofFeed = `/audience_segment_external_feeds/${feedId}`;
  const feed = await operator.call<{ plugin_id: string; version_id: string }>('GET', ofFeed);
  const [batch] = await operator.call<{ batch_id: string }[]>('GET', `${ofFeed}/batches`);
  const [letter] = await operator.call<{ id: string }[]>('GET', `${ofFeed}/dead_letters`);
  const plugin = `/console/plugins/${feed.plugin_id}`;
  const version = `${plugin}/versions/${feed.version_id}`;
  const page = `/console/feeds/${feedId}`;
  return {
    plugins: '/console/plugins',
    plugin,
    properties: `${version}/properties`,
    batching: `${version}/batching`,
    throttling: `${version}/throttling`,
    credentials: `${version}/credentials`,
    'version-feeds': `${version}/feeds`,
    feeds: '/console/feeds',
    feed: page,
    upload: `${page}/upload`,
    statistics: `${page}/statistics`,
    'feed-properties': `${page}/properties`,
    batches: `${page}/batches`,
    ...(batch && { batch: `${page}/batches/${batch.batch_id}` }),
    'dead-letters': `${page}/dead-letters`,
    ...(letter && { 'dead-letter': `${page}/dead-letters/${letter.id}` }),
    users: '/console/users',
    audit: '/console/audit',
    'first-run': '/console/start',
    'not-found': '/console/nowhere',
  };
}
