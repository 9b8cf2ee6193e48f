import type { CreateFeedDestination, FeedDestinationCredentials, FeedDestinationResource } from '@batchfeed/schemas';
import type { Vault } from '../vault.ts';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { pageReader } from './page.ts';

interface Row {
  id: number;
  name: string;
  organisation_id: string;
  credentials: Buffer | null;
  created_ts: number;
}

/** Accounts at partners, with what to log in there with. Credentials are sealed; see `Vault`. */
export function feedDestinations(db: ConfigDatabase, vault: Vault) {
  const insert = db.prepare('INSERT INTO feed_destinations (name, organisation_id, created_ts) VALUES (?, ?, ?)');
  const select = db.prepare('SELECT * FROM feed_destinations WHERE id = ?');
  const setCredentials = db.prepare('UPDATE feed_destinations SET credentials = ? WHERE id = ?');
  const usedBy = db
    .prepare('SELECT 1 FROM feeds WHERE feed_destination_id = ? AND plugin_version_id = ? AND NOT deleted LIMIT 1')
    .pluck();
  const find = (id: string) => (isId(id) ? (select.get(id) as Row | undefined) : undefined);
  const place = (id: string) => `credentials of feed destination ${id}`;
  const get = (id: string): FeedDestinationResource | undefined => {
    const row = find(id);
    return row && toResource(row);
  };
  return {
    get,
    list: pageReader(db, 'feed_destinations', toResource),
    create: (body: CreateFeedDestination, now: number): FeedDestinationResource =>
      get(String(insert.run(body.name, body.organisation_id, now).lastInsertRowid)) as FeedDestinationResource,
    /** In clear: for plugins only. */
    credentials(id: string): FeedDestinationCredentials | undefined {
      const sealed = find(id)?.credentials ?? undefined;
      return sealed && (JSON.parse(vault.open(sealed, place(id))) as FeedDestinationCredentials);
    },
    setCredentials(id: string, credentials: FeedDestinationCredentials): void {
      setCredentials.run(vault.seal(JSON.stringify(credentials), place(id)), id);
    },
    /** Whether a feed of the plugin version delivers there. */
    isUsedBy: (id: string, versionId: string): boolean => isId(id) && usedBy.get(id, versionId) !== undefined,
  };
}

function toResource({ credentials, ...row }: Row): FeedDestinationResource {
  return { ...row, id: String(row.id), has_credentials: credentials !== null };
}
