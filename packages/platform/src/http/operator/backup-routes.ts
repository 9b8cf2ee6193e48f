import {
  backupSchema,
  createBackupSchema,
  listWrapperSchema,
  resourceWrapperSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';

/** `/backups`: copies of the data folder, made while the platform works. */
export function backupRoutes(app: RouteApp, { operations }: Services): void {
  app.post(
    '/backups',
    { schema: { body: createBackupSchema.optional(), response: { 200: resourceWrapperSchema(backupSchema) } } },
    async ({ body }) => ok(await operations.backups.create(body?.name)),
  );
  app.get(
    '/backups',
    { schema: { querystring: wholeListQuerySchema, response: { 200: listWrapperSchema(backupSchema) } } },
    async ({ query }) => wholeList(operations.backups.list(), query),
  );
}
