import type { CreateSegment, SegmentResource } from '@batchfeed/schemas';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { pageReader } from './page.ts';

interface Row extends Omit<SegmentResource, 'id'> {
  id: number;
}

export function segments(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO audience_segments (name, datamart_id, organisation_id) VALUES (:name, :datamart_id, :organisation_id)`);
  const select = db.prepare('SELECT * FROM audience_segments WHERE id = ?');
  const get = (id: string): SegmentResource | undefined => {
    const row = isId(id) ? (select.get(id) as Row | undefined) : undefined;
    return row && toResource(row);
  };
  return {
    get,
    list: pageReader(db, 'audience_segments', toResource),
    create: (body: CreateSegment): SegmentResource => get(String(insert.run(body).lastInsertRowid)) as SegmentResource,
  };
}

function toResource(row: Row): SegmentResource {
  return { ...row, id: String(row.id) };
}
