import {
  apiTokenResourceSchema,
  createApiTokenSchema,
  issuedApiTokenSchema,
  listWrapperSchema,
  resourceWrapperSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { PlatformError } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';

const PATH = '/api_tokens';
const issued = { 200: resourceWrapperSchema(issuedApiTokenSchema) };

/** `/api_tokens`: what operators authenticate with. Shown once; to rotate: issue, switch over, revoke. */
export function apiTokenRoutes(app: RouteApp, { configuration: { apiTokens }, now }: Services): void {
  app.post(PATH, { schema: { body: createApiTokenSchema, response: issued } }, async ({ body }) =>
    ok(apiTokens.issue(body, now())),
  );
  app.get(
    PATH,
    { schema: { querystring: wholeListQuerySchema, response: { 200: listWrapperSchema(apiTokenResourceSchema) } } },
    async ({ query }) => wholeList(apiTokens.list(), query),
  );
  app.delete(`${PATH}/:id`, { schema: { params: z.object({ id: z.string() }) } }, async ({ params: { id } }) => {
    if (apiTokens.isLastAdmin(id)) {
      throw new PlatformError('CONFLICT', `Token ${id} is the last one with the role admin. Issue another one first.`);
    }
    if (!apiTokens.revoke(id)) throw new PlatformError('NOT_FOUND', `There is no API token ${id}.`);
    return ok({});
  });
}
