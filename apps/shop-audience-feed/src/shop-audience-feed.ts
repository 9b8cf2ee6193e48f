import { core } from '@batchfeed/plugin-sdk';
import type { ShopBatchClient } from '@batchfeed/shop-batch-client';
import { deliverBatch } from './deliver-batch.ts';
import { connectShop } from './shop-connection.ts';
import { linesOf, type ShopLine } from './shop-line.ts';

/** What the plugin knows of a feed: the feed itself, and the shop it writes to. */
export interface ShopContext extends core.AudienceFeedConnectorBaseInstanceContext {
  shop: ShopBatchClient;
}

/** Keeps the newsletter subscribers of a shop in step with a segment. */
export class ShopAudienceFeed extends core.BatchedAudienceFeedConnectorBasePlugin<ShopLine> {
  protected override async instanceContextBuilder(feedId: string): Promise<ShopContext> {
    const context = await super.instanceContextBuilder(feedId);
    return { ...context, shop: connectShop(feedId, context.feedProperties) };
  }

  /** The shop's list of subscribers is always there. */
  protected async onExternalSegmentCreation(): Promise<core.ExternalSegmentCreationPluginResponse> {
    return { status: 'ok' };
  }

  /** Reads one subscriber: that the shop can be reached, and lets us in, is known before the first update. */
  protected async onExternalSegmentConnection(
    _request: core.ExternalSegmentConnectionRequest,
    { shop }: ShopContext,
    _credentials?: core.FeedDestinationCredentials,
    call?: core.HandlerCall,
  ): Promise<core.ExternalSegmentConnectionPluginResponse> {
    const look = { method: 'GET', uri: 'newsletterSubscribers?limit=1' } as const;
    const { rows } = await shop.batch([look], call === undefined ? {} : { signal: call.signal });
    const row = rows[0];
    if (row?.outcome === 'succeeded') return { status: 'ok' };
    const why = [row?.status, row?.reason].filter((part) => part !== undefined).join(' ');
    return {
      status: 'error',
      message: `The shop could not be read (${why || 'no answer'}). Check shop_api_url, shop_api_user and shop_api_password.`,
    };
  }

  /** Lines of one operation travel together; a person's UPSERT and later DELETE therefore do not. */
  protected async onUserSegmentUpdate(
    request: core.UserSegmentUpdateRequest,
  ): Promise<core.BatchedUserSegmentUpdatePluginResponse<ShopLine>> {
    const lines = linesOf(request);
    if (lines.length === 0)
      return { status: 'no_eligible_identifier', message: 'The user point has no email address.' };
    return {
      status: 'ok',
      data: lines.map((content) => ({ type: 'BATCH_DELIVERY', content, grouping_key: request.operation })),
    };
  }

  protected onBatchUpdate(
    request: core.BatchUpdateRequest<core.AudienceFeedBatchContext, ShopLine>,
    { shop }: ShopContext,
    _credentials?: core.FeedDestinationCredentials,
    call?: core.HandlerCall,
  ): Promise<core.BatchUpdatePluginResponse> {
    return deliverBatch(shop, request.batch_content, call?.signal);
  }
}
