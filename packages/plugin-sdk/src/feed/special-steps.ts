import type {
  CreateOAuthRedirectUrlPluginResponse,
  CreateOAuthRedirectUrlRequest,
  ExternalSegmentAuthenticationRequest,
  ExternalSegmentAuthenticationResponse,
  ExternalSegmentTroubleshootRequest,
  ExternalSegmentTroubleshootResponse,
  FeedDestinationCredentials,
  UserSegmentUpdateRequest,
} from '@batchfeed/schemas';
import { troubleshootActions } from './troubleshoot-actions.ts';

/** What only some routes do, beside what all do. A throw is answered as a failure of the route. */
export interface SpecialSteps<Request, Response> {
  /** Answers instead of the handler, before anything is fetched. */
  readonly before?: (request: Request) => Response | undefined;
  /** Changes the handler's answer, or does something with it. */
  readonly after?: (answer: Response, request: Request, plugin: CredentialKeeper) => Response | Promise<Response>;
  /** A good answer means that what is known of the destination's credentials no longer holds. */
  readonly forgetsCredentials?: boolean;
}

/** The part of a plugin the steps need. */
export interface CredentialKeeper {
  upsertFeedDestinationCredentials(id: string, credentials: FeedDestinationCredentials): Promise<unknown>;
  forgetCredentials(destinationId: string): void;
}

/** Handlers may rely on the list, also with platforms that know no profiles. */
export const fillProfiles = (request: UserSegmentUpdateRequest): undefined => {
  request.user_profiles ??= [];
};

export const isKnownAction = ({
  action,
}: ExternalSegmentTroubleshootRequest): ExternalSegmentTroubleshootResponse | undefined =>
  troubleshootActions.some((known) => known === action)
    ? undefined
    : { status: 'not_implemented', message: `Action ${String(action)} not supported` };

/** The token goes to the destination's credentials and is not passed on. */
export const keepRefreshToken = async (
  answer: ExternalSegmentAuthenticationResponse,
  request: ExternalSegmentAuthenticationRequest,
  plugin: CredentialKeeper,
): Promise<ExternalSegmentAuthenticationResponse> => {
  const { refresh_token, ...rest } = answer;
  const destination = request.feed_destination_id;
  if (!destination || answer.status !== 'ok') return rest;
  if (!refresh_token) {
    throw new Error(
      'onAuthentication must return the refresh_token of the feed destination it authenticated, as the field refresh_token.',
    );
  }
  await plugin.upsertFeedDestinationCredentials(destination, { scheme: 'OAUTH2', credentials: { refresh_token } });
  return rest;
};

const destinationOf = (url: string): string | null => {
  try {
    return new URL(url).searchParams.get('feed_destination_id');
  } catch {
    return null;
  }
};

/** Whoever comes back from the login is matched to the destination by that parameter. */
export const namesDestination = (
  answer: CreateOAuthRedirectUrlPluginResponse,
  request: CreateOAuthRedirectUrlRequest,
): CreateOAuthRedirectUrlPluginResponse => {
  if (!request.feed_destination_id) throw new Error('The request has no feed_destination_id.');
  if (destinationOf(answer.login_url) !== request.feed_destination_id) {
    throw new Error(
      "The login_url must have the request's feed_destination_id as its query parameter feed_destination_id (not only inside state).",
    );
  }
  return answer;
};
