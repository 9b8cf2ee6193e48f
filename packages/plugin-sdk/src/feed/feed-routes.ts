import {
  checkAuthentication,
  checkAuthenticationStatus,
  checkBatchAnswer,
  checkCreation,
  checkDynamicValues,
  checkMessage,
  checkRedirectUrl,
  checkUpdateAnswer,
  type DeliveryType,
} from './answer-checks.ts';
import type { Check } from './check.ts';
import type { HookName, RequestOf, ResponseOf } from './hooks.ts';
import {
  checkBatchUpdate,
  checkDestination,
  checkFeed,
  checkNothing,
  checkTestAuthentication,
  checkTroubleshoot,
  checkUserSegmentUpdate,
} from './request-checks.ts';
import { fillProfiles, isKnownAction, keepRefreshToken, namesDestination, type SpecialSteps } from './special-steps.ts';

/**
 * The plugin's routes as data: one row for each handler. What all rows have in common is done in `serve-feed-route.ts`;
 * a handler without a row, or a status without a code, does not compile.
 */

/** `fresh` reads the feed again from the gateway, `cached` only when it is not known, `none` is called without it. */
export type ContextKind = 'none' | 'cached' | 'fresh';

/** The destination's credentials: not looked at, given where there are some, or required. */
export type CredentialsKind = 'none' | 'optional' | 'required';

type StatusOf<Response> = Response extends { status: infer Status extends string } ? Status : 'ok';

export interface FeedRoute<Hook extends HookName> {
  readonly path: `/v1/${string}`;
  readonly context: ContextKind;
  readonly credentials: CredentialsKind;
  /** The first thing wrong with the request. */
  readonly checkRequest: Check;
  /** The HTTP status of every status the handler may answer. */
  readonly statuses: Readonly<Record<StatusOf<ResponseOf<Hook>>, number>>;
  /** The first thing wrong with the answer. */
  readonly checkAnswer: (
    answer: Record<string, unknown>,
    request: RequestOf<Hook>,
    delivery: DeliveryType,
  ) => string | undefined;
  /** What is sent of a good answer; all of it unless told otherwise. */
  readonly shape?: (answer: ResponseOf<Hook>) => object;
  /** What is sent when there is no good answer; `{status: 'error', message}` unless told otherwise. */
  readonly failed?: (message: string, request: RequestOf<Hook>, error: unknown) => object;
  /** What is sent with 429 when the plugin is busy. */
  readonly busy?: object;
  /** Steps only this route has. */
  readonly steps?: SpecialSteps<RequestOf<Hook>, ResponseOf<Hook>>;
  /** Successes of routes called once a user point are logged at debug, the others at info. */
  readonly frequent?: boolean;
}

export type FeedRoutes = { readonly [Hook in HookName]: FeedRoute<Hook> };

const implemented = { ok: 200, error: 500, not_implemented: 400 } as const;
const busyMessage = 'The plugin is busy; try again later.';

const withMessage = (message: string | undefined) => (message ? { message } : {});

export const feedRoutes: FeedRoutes = {
  onExternalSegmentCreation: {
    path: '/v1/external_segment_creation',
    context: 'fresh',
    credentials: 'optional',
    checkRequest: checkFeed,
    statuses: { ok: 200, error: 500, retry: 500, no_eligible_identifier: 500 },
    checkAnswer: checkCreation,
    shape: ({ status, visibility, message }) => ({
      status,
      visibility: visibility ?? 'PUBLIC',
      ...withMessage(message),
    }),
    failed: (message, _request, error) => ({
      status: 'error',
      message,
      visibility: (error as { visibility?: unknown } | undefined)?.visibility === 'PUBLIC' ? 'PUBLIC' : 'PRIVATE',
    }),
  },
  onExternalSegmentConnection: {
    path: '/v1/external_segment_connection',
    context: 'cached',
    credentials: 'optional',
    checkRequest: checkFeed,
    statuses: { ok: 200, error: 500, external_segment_not_ready_yet: 502 },
    checkAnswer: checkMessage,
    shape: ({ status, message }) => ({ status, ...withMessage(message) }),
  },
  onUserSegmentUpdate: {
    path: '/v1/user_segment_update',
    context: 'cached',
    credentials: 'optional',
    checkRequest: checkUserSegmentUpdate,
    statuses: { ok: 200, error: 500, retry: 429, no_eligible_identifier: 400 },
    checkAnswer: (answer, _request, delivery) => checkUpdateAnswer(answer, delivery),
    busy: { status: 'retry', message: busyMessage },
    steps: { before: fillProfiles },
    frequent: true,
  },
  onBatchUpdate: {
    path: '/v1/batch_update',
    context: 'cached',
    credentials: 'optional',
    checkRequest: checkBatchUpdate,
    statuses: { OK: 200, ERROR: 400, RETRY: 503 },
    checkAnswer: (answer, request) => checkBatchAnswer(answer, request.batch_content.length),
    shape: ({ status, sent_items_in_success, sent_items_in_error, message }) => ({
      status,
      sent_items_in_success,
      sent_items_in_error,
      ...withMessage(message),
    }),
    // Nothing is known of the lines, so none counts as sent; the 500 has the platform send the batch again.
    failed: (message, request) => ({
      status: 'ERROR',
      message,
      sent_items_in_success: 0,
      sent_items_in_error: Array.isArray(request.batch_content) ? request.batch_content.length : 0,
    }),
    busy: { status: 'RETRY', message: busyMessage, sent_items_in_success: 0, sent_items_in_error: 0 },
    frequent: true,
  },
  onTroubleshoot: {
    path: '/v1/troubleshoot',
    context: 'cached',
    credentials: 'optional',
    checkRequest: checkTroubleshoot,
    statuses: implemented,
    checkAnswer: checkMessage,
    steps: { before: isKnownAction },
  },
  onAuthenticationStatusQuery: {
    path: '/v1/authentication_status_queries',
    context: 'none',
    credentials: 'none',
    checkRequest: checkNothing,
    statuses: { authenticated: 200, not_authenticated: 200, error: 500, not_implemented: 400 },
    checkAnswer: checkAuthenticationStatus,
  },
  onAuthentication: {
    path: '/v1/authentication',
    context: 'none',
    credentials: 'none',
    checkRequest: checkDestination,
    statuses: implemented,
    checkAnswer: checkAuthentication,
    steps: { after: keepRefreshToken },
  },
  onLogout: {
    path: '/v1/logout',
    context: 'none',
    credentials: 'none',
    checkRequest: checkDestination,
    statuses: implemented,
    checkAnswer: checkMessage,
    steps: { forgetsCredentials: true },
  },
  onDynamicPropertyValuesQuery: {
    path: '/v1/dynamic_property_values_queries',
    context: 'none',
    credentials: 'optional',
    checkRequest: checkDestination,
    statuses: { ok: 200, empty: 200, error: 500, not_implemented: 400 },
    checkAnswer: checkDynamicValues,
  },
  onTestAuthentication: {
    path: '/v1/test_authentication',
    context: 'none',
    credentials: 'required',
    checkRequest: checkTestAuthentication,
    statuses: { ok: 200, invalid_credentials: 401, error: 500, not_implemented: 400 },
    checkAnswer: checkMessage,
  },
  onCreateOAuthRedirectUrl: {
    path: '/v1/oauth_redirect_url',
    context: 'none',
    credentials: 'none',
    checkRequest: checkNothing,
    statuses: { ok: 200 },
    checkAnswer: checkRedirectUrl,
    steps: { after: namesDestination },
  },
};
