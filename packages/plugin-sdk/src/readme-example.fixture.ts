import { core } from './index.ts';

interface Line {
  email: string;
}

export class MyPlugin extends core.BatchedAudienceFeedConnectorBasePlugin<Line> {
  protected async onExternalSegmentCreation(): Promise<core.ExternalSegmentCreationPluginResponse> {
    return { status: 'ok' };
  }

  protected async onExternalSegmentConnection(): Promise<core.ExternalSegmentConnectionPluginResponse> {
    return { status: 'ok' };
  }

  protected async onUserSegmentUpdate(
    request: core.UserSegmentUpdateRequest,
  ): Promise<core.BatchedUserSegmentUpdatePluginResponse<Line>> {
    const emails = request.user_identifiers.flatMap((id) => (id.type === 'USER_EMAIL' && id.email ? [id.email] : []));
    if (emails.length === 0) return { status: 'no_eligible_identifier' };
    return {
      status: 'ok',
      data: emails.map((email) => ({ type: 'BATCH_DELIVERY', content: { email }, grouping_key: request.operation })),
    };
  }

  protected async onBatchUpdate(
    request: core.BatchUpdateRequest<core.AudienceFeedBatchContext, Line>,
  ): Promise<core.BatchUpdatePluginResponse> {
    // Send request.batch_content to your partner here, in one call.
    return { status: 'OK', sent_items_in_success: request.batch_content.length, sent_items_in_error: 0 };
  }
}
