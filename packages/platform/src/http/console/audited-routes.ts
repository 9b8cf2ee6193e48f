import type { AuditAction } from '@batchfeed/schemas';
import type { AuditedAct } from '../../config/audit-log.ts';

type Params = Readonly<Record<string, string | undefined>>;
/** What a route answered, as far as it says what was done. */
interface Answered {
  readonly id?: string;
  readonly name?: string;
  readonly worker_id?: string;
  readonly replayed?: number;
  readonly lines?: readonly unknown[];
}

interface Audited {
  readonly action: AuditAction;
  /** What it was done to; by default the feed of the path, and nothing else. */
  readonly target?: (params: Params, answered: Answered) => string | undefined;
  readonly feedId?: (params: Params, answered: Answered) => string | undefined;
  readonly count?: (answered: Answered) => number | undefined;
}

const FEEDS = '/v1/audience_segment_external_feeds';
const FEED = `${FEEDS}/:feed_id`;
const VERSION = '/v1/plugins/:plugin_id/versions/:version_id';

const versionOf = (params: Params) => `${params.plugin_id}/${params.version_id}`;
const partOf = (params: Params, { id = params.id }: Answered) => `${versionOf(params)}/${id}`;
const workerOf = (params: Params, { worker_id: id = params.worker_id }: Answered) => `${versionOf(params)}/${id}`;
const made = (_params: Params, { id }: Answered) => id;
const named = (params: Params) => params.id;
const revealed = ({ lines }: Answered) => lines?.length;
const replayed = ({ replayed: count }: Answered) => count;

/** Every route whose use is written down, and what of it. */
const AUDITED: Readonly<Record<string, Audited>> = {
  'POST /v1/session': { action: 'sign_in' },
  'DELETE /v1/session': { action: 'sign_out' },
  'POST /v1/api_tokens': { action: 'token_issue', target: made },
  'DELETE /v1/api_tokens/:id': { action: 'token_revoke', target: named },
  'POST /v1/plugins': { action: 'plugin_create', target: made },
  'POST /v1/plugins/:plugin_id/versions': {
    action: 'version_create',
    target: ({ plugin_id: plugin }, { id }) => `${plugin}/${id}`,
  },
  [`PUT ${VERSION}`]: { action: 'version_update', target: versionOf },
  [`POST ${VERSION}/worker_credentials`]: { action: 'worker_credentials_issue', target: workerOf },
  [`POST ${VERSION}/worker_credentials/:worker_id/rotate`]: { action: 'worker_credentials_rotate', target: workerOf },
  [`DELETE ${VERSION}/worker_credentials/:worker_id`]: { action: 'worker_credentials_revoke', target: workerOf },
  [`POST ${VERSION}/batching_configurations`]: { action: 'batching_create', target: partOf },
  [`PUT ${VERSION}/batching_configurations/:id`]: { action: 'batching_update', target: partOf },
  [`DELETE ${VERSION}/batching_configurations/:id`]: { action: 'batching_delete', target: partOf },
  [`POST ${VERSION}/throttlings`]: { action: 'throttling_create', target: partOf },
  [`PUT ${VERSION}/throttlings/:id`]: { action: 'throttling_update', target: partOf },
  [`DELETE ${VERSION}/throttlings/:id`]: { action: 'throttling_delete', target: partOf },
  [`POST ${FEEDS}`]: { action: 'feed_create', feedId: made },
  [`PUT ${FEED}`]: { action: 'feed_update' },
  [`PUT ${FEED}/properties/technical_name=:technical_name`]: {
    action: 'feed_property',
    target: ({ technical_name: name }) => name,
  },
  [`POST ${FEED}/activate`]: { action: 'feed_activate' },
  [`POST ${FEED}/pause`]: { action: 'feed_pause' },
  [`POST ${FEED}/resume`]: { action: 'feed_resume' },
  [`POST ${FEED}/drain`]: { action: 'feed_drain' },
  [`DELETE ${FEED}`]: { action: 'feed_delete' },
  'PUT /v1/feed_destinations/:id/credentials': { action: 'destination_credentials', target: named },
  [`POST ${FEED}/dead_letters/replay`]: { action: 'replay', count: replayed },
  [`POST ${FEED}/dead_letters/:id/replay`]: { action: 'replay', target: named, count: replayed },
  [`POST ${FEED}/dead_letters/:id/reveal`]: { action: 'reveal', target: named, count: revealed },
  [`POST ${FEED}/batches/:batch_id/reveal`]: {
    action: 'reveal',
    target: ({ batch_id: batch }) => batch,
    count: revealed,
  },
  'POST /v1/backups': { action: 'backup', target: (_params, { name }) => name },
};

/** What was done by a request that was answered like this; undefined when that is not written down. Pure. */
export function auditedAct(method: string, route: string, params: unknown, answered: unknown): AuditedAct | undefined {
  const audited = AUDITED[`${method} ${route}`];
  if (audited === undefined) return undefined;
  const from = [(params ?? {}) as Params, (answered ?? {}) as Answered] as const;
  const { action, feedId = ({ feed_id: id }: Params) => id, target, count } = audited;
  return {
    action,
    feedId: feedId(...from) ?? null,
    target: target?.(...from) ?? null,
    count: count?.(from[1]) ?? null,
  };
}

export const auditedRoutes: readonly string[] = Object.keys(AUDITED);
