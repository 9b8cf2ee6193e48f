import type { PropertyDefinition, PutProperty } from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import type { Vault } from '../vault.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { isMask, isSecret } from './secret-properties.ts';

interface Row {
  technical_name: string;
  property_type: string;
  value: string;
  sealed: Buffer | null;
}

/** Properties of one feed: those its plugin version declares, overridden and completed by the feed's own. Secrets are sealed. */
export function feedProperties(db: ConfigDatabase, vault: Vault) {
  const own = db.prepare('SELECT * FROM feed_properties WHERE feed_id = ? ORDER BY technical_name');
  const declared = db
    .prepare(
      'SELECT v.plugin_properties FROM feeds f JOIN plugin_versions v ON v.id = f.plugin_version_id WHERE f.id = ?',
    )
    .pluck();
  const upsert = db.prepare(`
    INSERT INTO feed_properties (feed_id, technical_name, property_type, value, sealed)
    VALUES (:feed, :name, :property_type, :value, :sealed)
    ON CONFLICT DO UPDATE
      SET property_type = excluded.property_type, value = excluded.value, sealed = excluded.sealed`);
  const place = (feedId: string, name: string) => `property ${name} of feed ${feedId}`;
  const textOf = (feedId: string, { technical_name: name, value, sealed }: Row): string =>
    sealed === null ? value : vault.open(sealed, place(feedId, name));

  const declarations = (feedId: string): Map<string, PropertyDefinition> =>
    new Map(
      (JSON.parse(declared.get(feedId) as string) as PropertyDefinition[]).map((property) => [
        property.technical_name,
        property,
      ]),
    );
  const list = (feedId: string): PropertyDefinition[] => {
    const properties = declarations(feedId);
    for (const row of own.all(feedId) as Row[]) {
      const { technical_name: name } = row;
      properties.set(name, toProperty(row, textOf(feedId, row), properties.get(name)));
    }
    return [...properties.values()];
  };
  return {
    list,
    /** @throws PlatformError `CONFLICT` when the plugin declares the property as not writable, or as of another type. */
    put(feedId: string, name: string, { property_type, value }: PutProperty): PropertyDefinition {
      const current = list(feedId).find((property) => property.technical_name === name);
      if (current?.writable === false) {
        throw new PlatformError('CONFLICT', `The plugin declares the property ${name} as not writable.`);
      }
      const declaration = declarations(feedId).get(name);
      // The type says whether it is a secret: with another one it would be stored and shown in clear.
      if (declaration !== undefined && declaration.property_type !== property_type) {
        throw new PlatformError(
          'CONFLICT',
          `The plugin declares the property ${name} as ${declaration.property_type}; it cannot become ${property_type}.`,
        );
      }
      const named = { technical_name: name, property_type };
      // Operators do not see secrets, so what they send back unseen must not replace them.
      if (current !== undefined && isSecret(named) && isMask(value)) return current;
      const text = JSON.stringify(value);
      const stored = isSecret(named)
        ? { value: '{}', sealed: vault.seal(text, place(feedId, name)) }
        : { value: text, sealed: null };
      upsert.run({ feed: feedId, name, property_type, ...stored });
      return toProperty(named, text, declaration);
    },
  };
}

/** What the plugin declares of a property stays so whoever gives it a value. */
function toProperty(
  row: Pick<Row, 'technical_name' | 'property_type'>,
  value: string,
  declaration: PropertyDefinition | undefined,
): PropertyDefinition {
  return {
    technical_name: row.technical_name,
    property_type: declaration?.property_type ?? row.property_type,
    value: JSON.parse(value) as Record<string, unknown>,
    origin: 'INSTANCE',
    writable: declaration?.writable ?? true,
    deletable: declaration?.deletable ?? true,
  };
}
