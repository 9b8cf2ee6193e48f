import type { core } from '@batchfeed/plugin-sdk';
import { countLines, deliveriesOf, type Line } from './handler.ts';

/** As far as it is used here, either SDK is this. */
export type Sdk = Pick<typeof core, 'BatchedAudienceFeedConnectorBasePlugin' | 'ProductionPluginRunner'>;

/** The very same plugin on either SDK: only where the base class comes from differs. */
export const createPlugin = ({ BatchedAudienceFeedConnectorBasePlugin }: Sdk) => {
  class MeasuredPlugin extends BatchedAudienceFeedConnectorBasePlugin<Line> {
    protected async onExternalSegmentCreation(): Promise<core.ExternalSegmentCreationPluginResponse> {
      return { status: 'ok' };
    }

    protected async onExternalSegmentConnection(): Promise<core.ExternalSegmentConnectionPluginResponse> {
      return { status: 'ok' };
    }

    protected async onUserSegmentUpdate(
      request: core.UserSegmentUpdateRequest,
    ): Promise<core.BatchedUserSegmentUpdatePluginResponse<Line>> {
      return { status: 'ok', data: deliveriesOf(request) };
    }

    protected async onBatchUpdate(
      request: core.BatchUpdateRequest<core.AudienceFeedBatchContext, Line>,
    ): Promise<core.BatchUpdatePluginResponse> {
      const { sent, failed } = countLines(request.batch_content);
      return { status: 'OK', sent_items_in_success: sent, sent_items_in_error: failed };
    }
  }
  return new MeasuredPlugin();
};
