import type { FeedDestinationCredentials } from '@batchfeed/schemas';
import { deadline } from '../deadline.ts';
import { type Answer, type Call, failure, json } from '../http/answer.ts';
import type { Endpoint } from '../http/plugin-app.ts';
import type { PluginLogger } from '../logging/plugin-logger.ts';
import { PluginSdkError } from '../plugin-sdk-error.ts';
import type { DeliveryType } from './answer-checks.ts';
import { isObject } from './check.ts';
import type { FeedRoute } from './feed-routes.ts';
import type {
  AudienceFeedConnectorBaseInstanceContext,
  FeedHooks,
  HandlerCall,
  HookName,
  RequestOf,
  ResponseOf,
} from './hooks.ts';
import type { CredentialKeeper } from './special-steps.ts';

/**
 * What all feed routes have in common, in this order: the body is there → the request is valid → the plugin is ready →
 * the route's own check → credentials → context → handler, in time → the answer is valid → the route's own step →
 * status, headers, body. Whatever goes wrong on the way becomes one answer and one line in the log.
 */

/** What a route needs of the plugin it serves. */
export interface ServedPlugin extends CredentialKeeper {
  readonly hooks: FeedHooks;
  readonly delivery: DeliveryType;
  readonly logger: PluginLogger;
  readonly handlerTimeoutMs: number;
  isReady(): boolean;
  instanceContext(
    feedId: string,
    refresh: boolean,
    destinationId: string | undefined,
  ): Promise<AudienceFeedConnectorBaseInstanceContext>;
  /** Undefined where the destination has none. */
  knownCredentials(destinationId: string): Promise<FeedDestinationCredentials | undefined>;
  /** Asked of the gateway now. */
  currentCredentials(destinationId: string): Promise<FeedDestinationCredentials>;
  /** A message without credentials or personal data. */
  redact(message: string): string;
  observeBatch(lines: number): void;
}

const delayHeader = 'x-mics-next-msg-delay';

/** A failure whose message was written for the caller, and what the log should say in addition. */
class AnswerError extends Error {}

/** What was thrown, whatever it was, as a sentence. */
const messageOf = (error: unknown, hook: string): string => {
  if (error instanceof Error && error.message !== '') return error.message;
  if (typeof error === 'string' && error !== '') return error;
  const message = isObject(error) ? error.message : undefined;
  return typeof message === 'string' && message !== '' ? message : `${hook} failed without saying why.`;
};

/** Made only for handlers that look at the signal: most do not, and an AbortController is dear on every call. */
class LazyCall implements HandlerCall {
  #controller: AbortController | undefined;
  constructor(readonly idempotencyKey: string | undefined) {}
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }
  abort(reason: Error): void {
    this.#controller?.abort(reason);
  }
}

const feedOf = (request: unknown): { feedId: string; destinationId: string | undefined } => {
  const body = request as { context?: unknown };
  const source = (isObject(body.context) ? body.context : body) as { feed_id: string; feed_destination_id?: string };
  return { feedId: source.feed_id, destinationId: source.feed_destination_id ?? undefined };
};

const runHandler = async <Hook extends HookName>(
  plugin: ServedPlugin,
  hook: Hook,
  route: FeedRoute<Hook>,
  request: RequestOf<Hook>,
  call: Call,
): Promise<ResponseOf<Hook>> => {
  const { feedId, destinationId } = feedOf(request);
  const credentials =
    route.credentials === 'none' || destinationId === undefined
      ? undefined
      : await credentialsFor(plugin, route.credentials, destinationId);
  const handlerCall = new LazyCall(call.headers['idempotency-key'] as string | undefined);
  const timedOut = () => {
    const error = new PluginSdkError('handler_timeout', `${hook} took longer than ${plugin.handlerTimeoutMs} ms.`);
    handlerCall.abort(error);
    return error;
  };
  // The table's types tie the hook to its request; that its arguments fit is what `ContextKind` says.
  const handler = plugin.hooks[hook] as (...args: unknown[]) => Promise<ResponseOf<Hook>>;
  if (route.context === 'none') {
    return deadline(() => handler(request, credentials, handlerCall), plugin.handlerTimeoutMs, timedOut);
  }
  const context = await plugin.instanceContext(feedId, route.context === 'fresh', destinationId);
  return deadline(() => handler(request, context, credentials, handlerCall), plugin.handlerTimeoutMs, timedOut);
};

const credentialsFor = async (
  plugin: ServedPlugin,
  kind: 'optional' | 'required',
  destinationId: string,
): Promise<FeedDestinationCredentials | undefined> => {
  if (kind === 'optional') return plugin.knownCredentials(destinationId);
  try {
    return await plugin.currentCredentials(destinationId);
  } catch (error) {
    throw new AnswerError('Could not fetch feed destination credentials', { cause: error });
  }
};

/** The answer's HTTP status, once the answer is known to be one. */
const validate = <Hook extends HookName>(
  hook: Hook,
  route: FeedRoute<Hook>,
  answer: unknown,
  request: RequestOf<Hook>,
  delivery: DeliveryType,
): number => {
  const statuses = route.statuses as Readonly<Record<string, number>>;
  const wrong = (problem: string) => new AnswerError(`${hook} returned an invalid answer: ${problem}.`);
  if (!isObject(answer)) throw wrong('it must be an object');
  // The one answer without a status can only be good.
  const status = 'login_url' in answer && answer.status === undefined ? 'ok' : answer.status;
  if (typeof status !== 'string' || !Object.hasOwn(statuses, status)) {
    throw wrong(`status must be one of ${Object.keys(statuses).join(', ')}`);
  }
  const problem = route.checkAnswer(answer, request, delivery);
  if (problem !== undefined) throw wrong(problem);
  return statuses[status]!;
};

const delayHeaders = (answer: unknown): Record<string, string> | undefined => {
  const delay = (answer as { next_msg_delay_in_ms?: unknown }).next_msg_delay_in_ms;
  if (typeof delay !== 'number' || !(delay > 0) || !Number.isFinite(delay)) return undefined;
  return { [delayHeader]: String(Math.ceil(delay)) };
};

const isEmpty = (body: unknown): boolean => {
  if (typeof body !== 'object' || body === null) return body === undefined;
  for (const _field in body) return false;
  return true;
};

export const serveFeedRoute = <Hook extends HookName>(
  plugin: ServedPlugin,
  hook: Hook,
  route: FeedRoute<Hook>,
): Endpoint => {
  const fail = (error: unknown, request: RequestOf<Hook>, start: number): Answer => {
    const message = plugin.redact(messageOf(error, hook));
    const cause = error instanceof AnswerError ? error.cause : error;
    plugin.logger.error(`${route.path}: ${message}`, {
      route: route.path,
      feed_id: feedOf(request).feedId,
      status: 500,
      duration_ms: Math.round(performance.now() - start),
      ...(cause !== undefined && { error: cause }),
    });
    return json(500, route.failed?.(message, request, error) ?? { status: 'error', message });
  };

  const refuse = (answer: Answer, problem: string, body: unknown, start: number): Answer => {
    const feedId = isObject(body) ? feedOf(body).feedId : undefined;
    plugin.logger.warn(`${route.path} was refused: ${problem}`, {
      route: route.path,
      ...(typeof feedId === 'string' && { feed_id: feedId }),
      status: answer.status,
      duration_ms: Math.round(performance.now() - start),
    });
    return answer;
  };

  return async (call) => {
    const start = performance.now();
    const { body } = call;
    if (isEmpty(body)) {
      const missing = json(500, { error: 'Missing request body' });
      return refuse(missing, 'the request body is missing or empty', body, start);
    }
    const problem = isObject(body) ? route.checkRequest(body) : 'the request body must be a JSON object';
    if (problem !== undefined) return refuse(failure(400, `Invalid request: ${problem}.`), problem, body, start);
    const request = body as RequestOf<Hook>;
    try {
      if (!plugin.isReady()) throw new AnswerError('The plugin is not initialised: it has no credentials.');
      const early = route.steps?.before?.(request);
      if (hook === 'onBatchUpdate') plugin.observeBatch((request as RequestOf<'onBatchUpdate'>).batch_content.length);
      let answer = early ?? (await runHandler(plugin, hook, route, request, call));
      const status = validate(hook, route, answer, request, plugin.delivery);
      if (route.steps?.after !== undefined) answer = await route.steps.after(answer, request, plugin);
      const { destinationId, feedId } = feedOf(request);
      if (route.steps?.forgetsCredentials === true && status === 200 && destinationId !== undefined) {
        plugin.forgetCredentials(destinationId);
      }
      const sent = json(status, route.shape?.(answer) ?? answer, delayHeaders(answer));
      const level = status >= 500 ? 'warn' : route.frequent === true ? 'debug' : 'info';
      if (plugin.logger.isLevelEnabled(level)) {
        plugin.logger.log(level, `${route.path} answered ${status}`, {
          route: route.path,
          feed_id: feedId,
          status,
          duration_ms: Math.round(performance.now() - start),
        });
      }
      return sent;
    } catch (error) {
      return fail(error, request, start);
    }
  };
};
