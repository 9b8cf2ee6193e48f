import type { ApiTokenRole } from '@batchfeed/schemas';

const FEED = '/v1/audience_segment_external_feeds/:feed_id';
const VERSION = '/v1/plugins/:plugin_id/versions/:version_id';

/** Routes that set up plugins or hand out access: changing anything there takes an admin. */
const ADMIN_ROUTES = /^\/v1\/(plugins|api_tokens|feed_destinations|data_files|datamarts|backups)\b/;
/** Routes of which even the reading is an admin's. */
const ADMIN_READS = /^\/v1\/api_tokens\b/;
/** Routes whose method says something else than what they do: questions with a body, and answers with contents in clear. */
const EXCEPTIONS: Readonly<Record<string, ApiTokenRole>> = {
  'DELETE /v1/session': 'read',
  'POST /v1/user_search': 'read',
  [`POST ${VERSION}/batching_configurations/effect`]: 'read',
  [`POST ${VERSION}/policy_preview`]: 'read',
  [`GET ${FEED}/dead_letters/export`]: 'operate',
};

/** The role that a route of the operator API takes at least. Pure. */
export function neededRole(method: string, route: string): ApiTokenRole {
  const asked = method === 'HEAD' ? 'GET' : method;
  const exception = EXCEPTIONS[`${asked} ${route}`];
  if (exception !== undefined) return exception;
  if (asked === 'GET') return ADMIN_READS.test(route) ? 'admin' : 'read';
  return ADMIN_ROUTES.test(route) ? 'admin' : 'operate';
}
