import type { PropertyDefinition, PutProperty } from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import type { ConfigDatabase } from './open-config-database.ts';

interface Row {
  technical_name: string;
  property_type: string;
  value: string;
}

/** Properties of one feed: those its plugin version declares, overridden and completed by the feed's own. */
export function feedProperties(db: ConfigDatabase) {
  const own = db.prepare('SELECT * FROM feed_properties WHERE feed_id = ? ORDER BY technical_name');
  const declared = db
    .prepare(
      'SELECT v.plugin_properties FROM feeds f JOIN plugin_versions v ON v.id = f.plugin_version_id WHERE f.id = ?',
    )
    .pluck();
  const upsert = db.prepare(`
    INSERT INTO feed_properties VALUES (:feed, :name, :property_type, :value)
    ON CONFLICT DO UPDATE SET property_type = excluded.property_type, value = excluded.value`);

  const list = (feedId: string): PropertyDefinition[] => {
    const properties = new Map<string, PropertyDefinition>();
    for (const property of JSON.parse(declared.get(feedId) as string) as PropertyDefinition[]) {
      properties.set(property.technical_name, property);
    }
    for (const row of own.all(feedId) as Row[]) properties.set(row.technical_name, toProperty(row));
    return [...properties.values()];
  };
  return {
    list,
    /** @throws PlatformError `CONFLICT` when the plugin declares the property as not writable. */
    put(feedId: string, name: string, { property_type, value }: PutProperty): PropertyDefinition {
      const current = list(feedId).find((property) => property.technical_name === name);
      if (current?.writable === false) {
        throw new PlatformError('CONFLICT', `The plugin declares the property ${name} as not writable.`);
      }
      const row = { technical_name: name, property_type, value: JSON.stringify(value) };
      upsert.run({ feed: feedId, name, property_type, value: row.value });
      return toProperty(row);
    },
  };
}

function toProperty(row: Row): PropertyDefinition {
  return {
    technical_name: row.technical_name,
    property_type: row.property_type,
    value: JSON.parse(row.value) as Record<string, unknown>,
    origin: 'INSTANCE',
    writable: true,
    deletable: true,
  };
}
