import { describe, expect, it, vi } from 'vitest';
import { AudienceFeedConnectorBasePlugin, type UserSegmentUpdatePluginResponse } from '../core.ts';
import { type Handlers, SamplePlugin } from '../sample-plugin.fixture.ts';
import { buildBatch, buildPlugin, buildUpdate, FakeGateway } from '../testing.ts';
import { feedRoutes } from './feed-routes.ts';
import type { HookName } from './hooks.ts';

const build = (handlers: Handlers = {}, gateway?: FakeGateway) =>
  buildPlugin(() => new SamplePlugin(handlers), gateway);

const withCredentials = () =>
  new FakeGateway().setFeed('1').setCredentials('7', { scheme: 'API_TOKEN', credentials: { token: 'secret' } });

/** Every status of every route, as the contract has it. */
const contract: Record<HookName, { body: object; extra?: object; codes: Record<string, number> }> = {
  onExternalSegmentCreation: { body: { feed_id: '1' }, codes: { ok: 200, error: 500 } },
  onExternalSegmentConnection: {
    body: { feed_id: '1' },
    codes: { ok: 200, error: 500, external_segment_not_ready_yet: 502 },
  },
  onUserSegmentUpdate: {
    body: buildUpdate(),
    codes: { ok: 200, error: 500, retry: 429, no_eligible_identifier: 400 },
  },
  onBatchUpdate: {
    body: buildBatch(['a']),
    extra: { sent_items_in_success: 1, sent_items_in_error: 0 },
    codes: { OK: 200, ERROR: 400, RETRY: 503 },
  },
  onTroubleshoot: {
    body: { feed_id: '1', action: 'FETCH_DESTINATION_AUDIENCE' },
    codes: { ok: 200, error: 500, not_implemented: 400 },
  },
  onAuthenticationStatusQuery: {
    body: { user_id: '1' },
    codes: { authenticated: 200, not_authenticated: 200, error: 500, not_implemented: 400 },
  },
  onAuthentication: { body: { user_id: '1' }, codes: { ok: 200, error: 500, not_implemented: 400 } },
  onLogout: { body: { user_id: '1' }, codes: { ok: 200, error: 500, not_implemented: 400 } },
  onDynamicPropertyValuesQuery: {
    body: { user_id: '1' },
    codes: { ok: 200, empty: 200, error: 500, not_implemented: 400 },
  },
  onTestAuthentication: {
    body: { feed_destination_id: '7' },
    codes: { ok: 200, invalid_credentials: 401, error: 500, not_implemented: 400 },
  },
  onCreateOAuthRedirectUrl: {
    body: { feed_destination_id: '7', plugin_version_id: '1' },
    extra: { login_url: 'https://login.example.com/?feed_destination_id=7' },
    codes: { ok: 200 },
  },
};

const cases = Object.entries(contract).flatMap(([hook, { body, extra, codes }]) =>
  Object.entries(codes).map(([status, code]) => ({ hook: hook as HookName, status, code, body, extra })),
);

describe('every status has its HTTP status', () => {
  it.each(cases)('$hook answering $status is $code', async ({ hook, status, code, body, extra }) => {
    const { post } = build({ [hook]: async () => ({ status, ...extra }) }, withCredentials());
    const answer = await post(feedRoutes[hook].path, body);
    expect(answer.status).toBe(code);
    if (hook !== 'onCreateOAuthRedirectUrl') expect(answer.body.status).toBe(status);
  });
});

describe('what a plugin does not implement', () => {
  it.each<[HookName, number]>([
    ['onTroubleshoot', 400],
    ['onAuthenticationStatusQuery', 400],
    ['onAuthentication', 400],
    ['onLogout', 400],
    ['onDynamicPropertyValuesQuery', 400],
    ['onTestAuthentication', 400],
    ['onCreateOAuthRedirectUrl', 500],
  ])('%s is answered %i', async (hook, code) => {
    const { post } = build({}, withCredentials());
    expect((await post(feedRoutes[hook].path, contract[hook].body)).status).toBe(code);
  });

  class Unbatched extends AudienceFeedConnectorBasePlugin {
    protected async onExternalSegmentCreation() {
      return { status: 'ok' as const };
    }
    protected async onExternalSegmentConnection() {
      return { status: 'ok' as const };
    }
    protected async onUserSegmentUpdate(): Promise<UserSegmentUpdatePluginResponse> {
      const content = { content: 'line', grouping_key: 'g', destination_token: 'd' };
      return { status: 'ok', data: [{ type: 'FILE_DELIVERY', ...content }] };
    }
  }

  it('a plugin without batches refuses every batch, and delivers to files', async () => {
    const { post } = buildPlugin(() => new Unbatched());
    for (const body of [buildBatch([]), {}, { any: 'thing' }]) {
      expect(await post('/v1/batch_update', body)).toMatchObject({
        status: 500,
        body: { status: 'error', message: "Plugin doesn't support batch update" },
      });
    }
    expect((await post('/v1/user_segment_update', buildUpdate())).status).toBe(200);
  });
});

describe('activation', () => {
  it('reads the feed anew for a creation, not for a connection', async () => {
    const { post, gateway } = build();
    await post('/v1/external_segment_connection', { feed_id: '1' });
    await post('/v1/external_segment_connection', { feed_id: '1' });
    expect(gateway.calls).toHaveLength(2);
    await post('/v1/external_segment_creation', { feed_id: '1' });
    expect(gateway.calls).toHaveLength(4);
  });

  it('answers a creation PUBLIC unless told otherwise, and only the fields of the contract', async () => {
    const more = { status: 'ok', message: 'm', other: 1 };
    const plain = build({ onExternalSegmentCreation: async () => more });
    expect((await plain.post('/v1/external_segment_creation', { feed_id: '1' })).body).toEqual({
      status: 'ok',
      visibility: 'PUBLIC',
      message: 'm',
    });
    const hidden = build({ onExternalSegmentCreation: async () => ({ ...more, visibility: 'PRIVATE' }) });
    expect((await hidden.post('/v1/external_segment_creation', { feed_id: '1' })).body.visibility).toBe('PRIVATE');
  });

  it.each([
    ['PRIVATE', new Error('inside')],
    ['PUBLIC', Object.assign(new Error('for you'), { visibility: 'PUBLIC' })],
    ['PRIVATE', Object.assign(new Error('odd'), { visibility: 'EVERYBODY' })],
  ])('a creation that throws is %s', async (visibility, error) => {
    const { post } = build({ onExternalSegmentCreation: () => Promise.reject(error) });
    expect(await post('/v1/external_segment_creation', { feed_id: '1' })).toMatchObject({
      status: 500,
      body: { status: 'error', message: error.message, visibility },
    });
  });
});

describe('updates and batches', () => {
  it.each([
    [5, '5'],
    [0.2, '1'],
    [0, undefined],
    [-3, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])('a delay of %d ms becomes the header %s', async (next_msg_delay_in_ms, header) => {
    const { post } = build({
      onUserSegmentUpdate: async () => ({ status: 'retry', next_msg_delay_in_ms }),
      onBatchUpdate: async () => ({
        status: 'RETRY',
        sent_items_in_success: 0,
        sent_items_in_error: 0,
        next_msg_delay_in_ms,
      }),
    });
    const update = await post('/v1/user_segment_update', buildUpdate());
    const batch = await post('/v1/batch_update', buildBatch([1]));
    expect([update.headers['x-mics-next-msg-delay'], batch.headers['x-mics-next-msg-delay']]).toEqual([header, header]);
    expect(batch.body).toEqual({ status: 'RETRY', sent_items_in_success: 0, sent_items_in_error: 0 });
  });

  it('hands the lines of a batch to the handler untouched, whatever they are', async () => {
    const onBatchUpdate = vi.fn(async (request) => ({
      status: 'OK',
      sent_items_in_success: request.batch_content.length,
      sent_items_in_error: 0,
    }));
    const { post } = build({ onBatchUpdate });
    const lines = ['{"a":1}', 7, null, [1], { deep: { er: 'ü' } }];
    await post(
      '/v1/batch_update',
      { batch_content: lines, context: { feed_id: '1' } },
      { 'idempotency-key': 'batch-9' },
    );
    expect(onBatchUpdate.mock.calls[0]?.[0].batch_content).toEqual(lines);
    const call = (onBatchUpdate.mock.calls as unknown[][])[0]?.[3];
    expect(call).toMatchObject({ idempotencyKey: 'batch-9' });
  });

  it('fills in a missing list of profiles and leaves unknown fields', async () => {
    const onUserSegmentUpdate = vi.fn(async () => ({ status: 'ok', data: [] }));
    const { post } = build({ onUserSegmentUpdate });
    await post('/v1/user_segment_update', { feed_id: '1', user_identifiers: [], preset_id: '3', new_field: { a: 1 } });
    expect((onUserSegmentUpdate.mock.calls as unknown[][])[0]?.[0]).toEqual({
      feed_id: '1',
      user_identifiers: [],
      user_profiles: [],
      preset_id: '3',
      new_field: { a: 1 },
    });
  });

  it('gives handlers the credentials of the destination, where there are some', async () => {
    const onUserSegmentUpdate = vi.fn(async () => ({ status: 'ok' }));
    const { post } = build({ onUserSegmentUpdate }, withCredentials());
    await post('/v1/user_segment_update', { ...buildUpdate(), feed_destination_id: '7' });
    await post('/v1/user_segment_update', { ...buildUpdate(), feed_destination_id: '8' });
    await post('/v1/user_segment_update', { ...buildUpdate(), feed_destination_id: null });
    const credentials = (onUserSegmentUpdate.mock.calls as unknown[][]).map(([, , given]) => given);
    expect(credentials).toEqual([{ scheme: 'API_TOKEN', credentials: { token: 'secret' } }, undefined, undefined]);
  });
});

describe('feed destinations', () => {
  it('stores the refresh token at the destination, once, and does not pass it on', async () => {
    const { post, gateway } = build({ onAuthentication: async () => ({ status: 'ok', refresh_token: 'r' }) });
    const answer = await post('/v1/authentication', { user_id: '1', feed_destination_id: '42' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(gateway.calls).toMatchObject([
      {
        method: 'POST',
        path: '/v1/feed_destinations/42/credentials',
        body: { scheme: 'OAUTH2', credentials: { refresh_token: 'r' } },
      },
    ]);
  });

  it('stores nothing without a destination, or when the authentication failed', async () => {
    const { post, gateway } = build({ onAuthentication: async () => ({ status: 'ok', refresh_token: 'r' }) });
    expect((await post('/v1/authentication', { user_id: '1' })).body).toEqual({ status: 'ok' });
    const failing = build({ onAuthentication: async () => ({ status: 'error' }) });
    expect((await failing.post('/v1/authentication', { user_id: '1', feed_destination_id: '42' })).status).toBe(500);
    expect([...gateway.calls, ...failing.gateway.calls]).toEqual([]);
  });

  it('says so when the credentials to be tested cannot be fetched', async () => {
    const { post, gateway } = build({ onTestAuthentication: async () => ({ status: 'ok' }) });
    expect(await post('/v1/test_authentication', { feed_destination_id: '42' })).toMatchObject({
      status: 500,
      body: { status: 'error', message: 'Could not fetch feed destination credentials' },
    });
    expect(gateway.calls).toMatchObject([{ path: '/v1/feed_destinations/42/credentials' }]);
  });

  it.each([
    ['another destination', { feed_destination_id: '42' }, 'https://login.example.com/?feed_destination_id=43'],
    ['no destination', { feed_destination_id: '42' }, 'https://login.example.com/?state=42'],
    ['no URL', { feed_destination_id: '42' }, 'not a url'],
    ['a request without one', { plugin_version_id: '9' }, 'https://login.example.com/?feed_destination_id=42'],
  ])('a login_url with %s is 500 and names feed_destination_id', async (_what, request, login_url) => {
    const { post } = build({ onCreateOAuthRedirectUrl: async () => ({ login_url }) });
    const answer = await post('/v1/oauth_redirect_url', request);
    expect(answer.status).toBe(500);
    expect(answer.body.message).toContain('feed_destination_id');
  });

  it('forgets credentials on logout', async () => {
    const { post, gateway, plugin } = build({ onLogout: async () => ({ status: 'ok' }) }, withCredentials());
    await plugin.getFeedDestinationCredentials('7');
    await post('/v1/logout', { user_id: '1', feed_destination_id: '7' });
    await plugin.getFeedDestinationCredentials('7');
    expect(gateway.calls).toHaveLength(2);
  });
});
