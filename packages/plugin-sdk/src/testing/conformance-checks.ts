import { checkBatchAnswer, checkUpdateAnswer } from '../feed/answer-checks.ts';
import { feedRoutes } from '../feed/feed-routes.ts';
import type { HookName } from '../feed/hooks.ts';
import { buildBatch, buildUpdate } from './build-update.ts';
import type { PluginProbe, ProbeAnswer } from './plugin-probe.ts';

/** Gives the problems found, none when all is well. */
type ConformanceCheck = (probe: PluginProbe) => Promise<string[]>;

const problems = (...found: (string | false | undefined)[]): string[] =>
  found.filter((problem): problem is string => typeof problem === 'string');

const feedRequest = (probe: PluginProbe) => ({ feed_id: probe.options.feedId, datamart_id: '1', segment_id: '1' });

const updateRequest = (probe: PluginProbe, fields: object = {}) => ({
  ...buildUpdate({ feed_id: probe.options.feedId }),
  ...probe.options.update,
  ...fields,
});

/** The body's status must be one the route knows, and travel under its HTTP status. */
const checkStatus = (hook: HookName, answer: ProbeAnswer): string | undefined => {
  const { path, statuses } = feedRoutes[hook];
  const known = statuses as Readonly<Record<string, number>>;
  if (answer.json === undefined) return `${path} answered ${answer.status} without a JSON body.`;
  const status = hook === 'onCreateOAuthRedirectUrl' && answer.status === 200 ? 'ok' : answer.json.status;
  // What a route answers when the plugin fails, whatever its statuses are called.
  if (answer.status === 500 && (status === 'error' || status === 'ERROR')) return undefined;
  if (typeof status !== 'string' || !Object.hasOwn(known, status)) {
    return `${path} answered the status ${JSON.stringify(status)}, which is none of ${Object.keys(known).join(', ')}.`;
  }
  if (known[status] === answer.status) return undefined;
  return `${path} answered "${status}" with HTTP ${answer.status} instead of ${known[status]}.`;
};

const sendUpdate = (probe: PluginProbe, fields: object = {}) =>
  probe.post('/v1/user_segment_update', updateRequest(probe, fields));

const linesOf = (answer: ProbeAnswer): unknown[] =>
  Array.isArray(answer.json?.data) ? answer.json.data.map((delivery: { content: unknown }) => delivery.content) : [];

/** Requests that cannot be served, and the HTTP statuses that say so. */
const badRequests: readonly {
  what: string;
  body: (probe: PluginProbe) => string;
  headers?: Record<string, string>;
  expected: readonly number[];
}[] = [
  { what: 'a body that is not JSON', body: () => '{"feed_id": ', expected: [400] },
  // 500 is what the official SDK answers, so a plugin may.
  { what: 'an empty object', body: () => '{}', expected: [400, 500] },
  { what: 'a request without feed_id', body: () => '{"user_identifiers":[]}', expected: [400] },
  { what: 'a feed_id that is an object', body: () => '{"feed_id":{},"user_identifiers":[]}', expected: [400] },
  {
    what: 'a feed_id that climbs out of its path',
    body: () => '{"feed_id":"..","user_identifiers":[]}',
    expected: [400, 404, 500],
  },
  {
    what: 'a charset nobody knows',
    body: (probe) => JSON.stringify(updateRequest(probe)),
    headers: { 'content-type': 'application/json; charset=x-unknown' },
    expected: [415],
  },
  { what: 'a body over 12 MB', body: () => `{"feed_id":"${'x'.repeat(12_000_001)}"}`, expected: [413] },
];

export const conformanceChecks = {
  'GET /v1/status answers 200': async (probe) => {
    const { status } = await probe.send('GET', '/v1/status');
    return problems(status !== 200 && `It answered ${status}.`);
  },

  'GET /v1/metadata tells the runtime': async (probe) => {
    const { status, json } = await probe.send('GET', '/v1/metadata');
    return problems(
      status !== 200 && `It answered ${status}.`,
      typeof json?.runtime !== 'string' && 'There is no "runtime" in the answer.',
    );
  },

  'the log level is changed, and refused where it is none': async (probe) => {
    const before = await probe.send('GET', '/v1/log_level');
    const changed = await probe.send('PUT', '/v1/log_level', '{"level":"warn"}');
    const read = await probe.send('GET', '/v1/log_level');
    const missing = await probe.send('PUT', '/v1/log_level', '{"other":"warn"}');
    const unknown = await probe.send('PUT', '/v1/log_level', '{"level":"banana"}');
    await probe.send('PUT', '/v1/log_level', JSON.stringify({ level: before.json?.level ?? 'info' }));
    return problems(
      changed.status !== 200 && `PUT {"level":"warn"} answered ${changed.status}.`,
      read.json?.level !== 'WARN' && `After PUT "warn", GET answered ${read.text}.`,
      missing.status !== 400 && `PUT without level answered ${missing.status} instead of 400.`,
      unknown.status !== 400 && `PUT {"level":"banana"} answered ${unknown.status} instead of 400.`,
    );
  },

  'a feed is created and connected': async (probe) => {
    const created = await probe.post('/v1/external_segment_creation', feedRequest(probe));
    const connected = await probe.post('/v1/external_segment_connection', feedRequest(probe));
    const { visibility } = created.json ?? {};
    return problems(
      checkStatus('onExternalSegmentCreation', created),
      visibility !== 'PUBLIC' && visibility !== 'PRIVATE' && 'The creation answered no visibility, PUBLIC or PRIVATE.',
      checkStatus('onExternalSegmentConnection', connected),
    );
  },

  'an update is answered with lines': async (probe) => {
    const answer = await sendUpdate(probe);
    const problem = checkUpdateAnswer(answer.json ?? {}, probe.options.batched ? 'BATCH_DELIVERY' : 'FILE_DELIVERY');
    return problems(checkStatus('onUserSegmentUpdate', answer), problem && `The answer is invalid: ${problem}.`);
  },

  'a user point that leaves is answered': async (probe) =>
    problems(checkStatus('onUserSegmentUpdate', await sendUpdate(probe, { operation: 'DELETE' }))),

  'a user point without identifiers is answered': async (probe) =>
    problems(checkStatus('onUserSegmentUpdate', await sendUpdate(probe, { user_identifiers: [] }))),

  'a batch is accounted for, also when it comes twice': async (probe) => {
    const lines = linesOf(await sendUpdate(probe));
    const batch = buildBatch(lines, { feed_id: probe.options.feedId });
    const headers = { 'idempotency-key': 'conformance-1' };
    const first = await probe.post('/v1/batch_update', batch, headers);
    if (!probe.options.batched) {
      return problems(first.status !== 500 && `A plugin without batches answered ${first.status} instead of 500.`);
    }
    const second = await probe.post('/v1/batch_update', batch, headers);
    const problem = checkBatchAnswer(first.json ?? {}, lines.length);
    return problems(
      checkStatus('onBatchUpdate', first),
      problem && `The answer is invalid: ${problem}.`,
      first.json?.status !== second.json?.status &&
        `The same batch was answered ${JSON.stringify(first.json?.status)}, then ${JSON.stringify(second.json?.status)}.`,
    );
  },

  'the optional routes answer a status they know': async (probe) => {
    const requests: Partial<Record<HookName, object>> = {
      onTroubleshoot: { ...feedRequest(probe), action: 'FETCH_DESTINATION_AUDIENCE' },
      onAuthenticationStatusQuery: { datamart_id: '1', plugin_version_id: '1', user_id: '1' },
      onAuthentication: { user_id: '1', plugin_version_id: '1', params: {} },
      onLogout: { user_id: '1', plugin_version_id: '1', datamart_id: '1' },
      onDynamicPropertyValuesQuery: { datamart_id: '1', user_id: '1' },
      onTestAuthentication: { feed_destination_id: '1' },
      onCreateOAuthRedirectUrl: { feed_destination_id: '1', plugin_version_id: '1' },
    };
    const found: string[] = [];
    for (const [hook, request] of Object.entries(requests) as [HookName, object][]) {
      found.push(...problems(checkStatus(hook, await probe.post(feedRoutes[hook].path, request))));
    }
    return found;
  },

  'an unknown troubleshoot action is not implemented': async (probe) => {
    const answer = await probe.post('/v1/troubleshoot', { ...feedRequest(probe), action: 'DANCE' });
    return problems(answer.status !== 400 && `It answered ${answer.status} instead of 400.`);
  },

  'bad requests are refused': async (probe) => {
    const found: string[] = [];
    for (const { what, body, headers, expected } of badRequests) {
      const { status, json } = await probe.send('POST', '/v1/user_segment_update', body(probe), headers);
      found.push(
        ...problems(
          !expected.includes(status) && `It answered ${what} with ${status} instead of ${expected.join(' or ')}.`,
          json === undefined && `It answered ${what} without JSON.`,
        ),
      );
    }
    return found;
  },

  'a route that does not exist is 404': async (probe) => {
    const { status } = await probe.post('/v1/no_such_route', { feed_id: '1' });
    return problems(status !== 404 && `It answered ${status}.`);
  },

  'many updates at once are all answered': async (probe) => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => sendUpdate(probe)));
    return [...new Set(answers.flatMap((answer) => problems(checkStatus('onUserSegmentUpdate', answer))))];
  },

  'it is still there after all this': async (probe) => {
    const { status } = await probe.send('GET', '/v1/status');
    return problems(status !== 200 && `GET /v1/status answered ${status}.`);
  },

  'answers come in time': async ({ slowCalls, options }) =>
    [...slowCalls].map(
      ([call, tookMs]) => `${call} was answered after ${tookMs} ms; more than ${options.slowMs} ms is slow.`,
    ),

  'answers are JSON without stack traces and secrets': async (probe) => [...probe.problems],
} as const satisfies Record<string, ConformanceCheck>;
