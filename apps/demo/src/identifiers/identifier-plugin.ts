import { core } from '@batchfeed/plugin-sdk';
import type { IdentifierLine } from './identifier-line.ts';
import { recordLines } from './identifier-record.ts';

/**
 * A plugin whose partner takes each identifier type by a call of its own, as many do: an update makes a line for each
 * identifier, and the grouping key is the type. It writes down what arrives.
 */
export class IdentifierPlugin extends core.BatchedAudienceFeedConnectorBasePlugin<IdentifierLine> {
  readonly #file: string;

  constructor(file: string) {
    super();
    this.#file = file;
  }

  protected async onExternalSegmentCreation(): Promise<core.ExternalSegmentCreationPluginResponse> {
    return { status: 'ok' };
  }

  protected async onExternalSegmentConnection(): Promise<core.ExternalSegmentConnectionPluginResponse> {
    return { status: 'ok' };
  }

  protected async onUserSegmentUpdate(
    request: core.UserSegmentUpdateRequest,
  ): Promise<core.BatchedUserSegmentUpdatePluginResponse<IdentifierLine>> {
    const lines = linesOf(request);
    if (lines.length === 0) return { status: 'no_eligible_identifier', message: 'Neither an email nor an account.' };
    return {
      status: 'ok',
      data: lines.map((content) => ({ type: 'BATCH_DELIVERY', content, grouping_key: content.type })),
    };
  }

  protected async onBatchUpdate({
    batch_content: lines,
  }: core.BatchUpdateRequest<core.AudienceFeedBatchContext, IdentifierLine>): Promise<core.BatchUpdatePluginResponse> {
    recordLines(this.#file, lines);
    return { status: 'OK', sent_items_in_success: lines.length, sent_items_in_error: 0 };
  }
}

function linesOf({ user_identifiers: identifiers, operation, ts }: core.UserSegmentUpdateRequest): IdentifierLine[] {
  const point = identifiers.find((identifier) => identifier.type === 'USER_POINT');
  const about = { user: point?.user_point_id ?? '', operation, ts };
  return identifiers.flatMap((identifier): IdentifierLine[] => {
    if (identifier.type === 'USER_EMAIL') return [{ ...about, type: identifier.type, id: identifier.hash }];
    if (identifier.type === 'USER_ACCOUNT')
      return [{ ...about, type: identifier.type, id: identifier.user_account_id }];
    return [];
  });
}
