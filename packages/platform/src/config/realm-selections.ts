import type { UserAgentIdentifierRealmSelectionResource } from '@batchfeed/schemas';
import type { ConfigDatabase } from './open-config-database.ts';

type Selections = UserAgentIdentifierRealmSelectionResource[];

/** Which kinds of user agent identifiers a datamart works with. */
export function realmSelections(db: ConfigDatabase) {
  const select = db.prepare('SELECT selections FROM realm_selections WHERE datamart_id = ?').pluck();
  const put = db.prepare(`
    INSERT INTO realm_selections VALUES (?, ?) ON CONFLICT DO UPDATE SET selections = excluded.selections`);
  return {
    list: (datamartId: string): Selections =>
      JSON.parse((select.get(datamartId) as string | undefined) ?? '[]') as Selections,
    put: (datamartId: string, selections: Selections): void =>
      void put.run(datamartId, JSON.stringify(selections.map((each) => ({ ...each, datamart_id: datamartId })))),
  };
}
