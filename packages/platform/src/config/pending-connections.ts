import type { ConfigDatabase } from './open-config-database.ts';

/**
 * Feeds that were put to work while their plugin did not answer: its connection call is made when
 * it does.
 */
export function pendingConnections(db: ConfigDatabase) {
  const insert = db.prepare('INSERT OR IGNORE INTO pending_connections VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM pending_connections WHERE feed_id = ?');
  const select = db.prepare('SELECT since_ts FROM pending_connections WHERE feed_id = ?').pluck();
  const ids = db.prepare('SELECT feed_id FROM pending_connections ORDER BY feed_id').pluck();
  return {
    /** `sinceTs`: since when the plugin has not answered, in milliseconds since the epoch. */
    add: (feedId: string, sinceTs: number): void => void insert.run(feedId, sinceTs),
    remove: (feedId: string): void => void remove.run(feedId),
    /**
     * Since when the plugin has not answered; undefined when no connection call of the feed is to
     * be made.
     */
    sinceOf: (feedId: string): number | undefined => select.get(feedId) as number | undefined,
    feedIds: (): string[] => (ids.all() as number[]).map(String),
  };
}
