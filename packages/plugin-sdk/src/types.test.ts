import { expect, it } from 'vitest';
import type { FeedRoute } from './feed/feed-routes.ts';
import type { FeedHooks } from './feed/hooks.ts';
import { BatchedAudienceFeedConnectorBasePlugin, type core } from './index.ts';
import { SamplePlugin } from './sample-plugin.fixture.ts';
import { buildPlugin } from './testing.ts';

/** What must not compile. The compiler fails on an `@ts-expect-error` that expects nothing. */

// @ts-expect-error not_implemented has no code
const statuses: FeedRoute<'onLogout'>['statuses'] = { ok: 200, error: 500 };

// @ts-expect-error a handler without a route
const routes: Record<keyof FeedHooks | 'onSomethingNew', string> = {} as Record<keyof FeedHooks, string>;

const delivery: core.BatchedUserSegmentUpdatePluginResponse<{ id: number }> = {
  status: 'ok',
  // @ts-expect-error the line is of another type
  data: [{ type: 'BATCH_DELIVERY', content: { id: 'text' }, grouping_key: '' }],
};

const misspelt: core.BatchUpdatePluginResponse = {
  status: 'OK',
  sent_items_in_success: 1,
  sent_items_in_error: 0,
  // @ts-expect-error a misspelt field
  mesage: 'no',
};

abstract class FileDelivery extends BatchedAudienceFeedConnectorBasePlugin<string> {
  // @ts-expect-error a plugin that batches does not deliver to files
  protected override async onUserSegmentUpdate(): Promise<core.UserSegmentUpdatePluginResponse> {
    return { status: 'ok', data: [] };
  }
}

it('the namespace serves as values and as types', () => {
  expect([statuses, routes, delivery, misspelt, FileDelivery]).toHaveLength(5);
  const { plugin } = buildPlugin(() => new SamplePlugin());
  const base: core.BasePlugin = plugin;
  expect(base).toBeInstanceOf(BatchedAudienceFeedConnectorBasePlugin);
});
