import {
  type AudienceFeedBatchContext,
  type AudienceFeedConnectorBaseInstanceContext,
  BatchedAudienceFeedConnectorBasePlugin,
  type BatchedUserSegmentUpdatePluginResponse,
  type BatchUpdatePluginResponse,
  type BatchUpdateRequest,
  type ExternalSegmentConnectionPluginResponse,
  type ExternalSegmentCreationPluginResponse,
  type PluginOptions,
  type UserSegmentUpdateRequest,
} from './core.ts';

/** Handlers a test puts in the place of the sample's own. */
// biome-ignore lint/suspicious/noExplicitAny: a test also answers what no plugin should.
export type Handlers = Partial<Record<HandlerName, (...args: any[]) => any>>;
type HandlerName =
  | 'onExternalSegmentCreation'
  | 'onExternalSegmentConnection'
  | 'onUserSegmentUpdate'
  | 'onBatchUpdate'
  | 'onTroubleshoot'
  | 'onAuthenticationStatusQuery'
  | 'onAuthentication'
  | 'onLogout'
  | 'onDynamicPropertyValuesQuery'
  | 'onTestAuthentication'
  | 'onCreateOAuthRedirectUrl'
  | 'instanceContextBuilder';

/** A plugin that delivers each user point's id, for the tests of this package. */
export class SamplePlugin extends BatchedAudienceFeedConnectorBasePlugin<{ id: string }> {
  constructor(handlers: Handlers = {}, options?: boolean | PluginOptions) {
    super(options);
    Object.assign(this, handlers);
  }

  protected async onExternalSegmentCreation(): Promise<ExternalSegmentCreationPluginResponse> {
    return { status: 'ok' };
  }

  protected async onExternalSegmentConnection(): Promise<ExternalSegmentConnectionPluginResponse> {
    return { status: 'ok' };
  }

  protected async onUserSegmentUpdate(
    request: UserSegmentUpdateRequest,
  ): Promise<BatchedUserSegmentUpdatePluginResponse<{ id: string }>> {
    const points = request.user_identifiers.flatMap((identifier) =>
      identifier.type === 'USER_POINT' ? [identifier.user_point_id] : [],
    );
    if (points.length === 0) return { status: 'no_eligible_identifier' };
    return {
      status: 'ok',
      data: points.map((id) => ({ type: 'BATCH_DELIVERY', content: { id }, grouping_key: request.operation })),
    };
  }

  protected async onBatchUpdate(
    request: BatchUpdateRequest<AudienceFeedBatchContext, { id: string }>,
    _context: AudienceFeedConnectorBaseInstanceContext,
  ): Promise<BatchUpdatePluginResponse> {
    return { status: 'OK', sent_items_in_success: request.batch_content.length, sent_items_in_error: 0 };
  }
}
