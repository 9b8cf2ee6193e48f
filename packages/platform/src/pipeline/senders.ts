import type { Outcome, OutgoingBatch } from '@batchfeed/delivery';
import type { PluginAnswer } from '../plugin/plugin-answer.ts';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import { batchOutcome } from './batch-outcome.ts';
import type { FeedDirectory, FeedRoute } from './feed-directory.ts';
import { batchBody, updateBody } from './plugin-requests.ts';
import { sessionKey, splitSessionKey } from './session-key.ts';
import type { Throttle } from './throttle.ts';
import { type ThrottleRegister, timeoutMs } from './throttle-register.ts';
import { updateOutcome } from './update-outcome.ts';

/** The calls of the two hot plugin routes: put together, made, and their answers turned into outcomes. */
export interface SenderContext {
  readonly directory: FeedDirectory;
  readonly caller: PluginCaller;
  /** Milliseconds a call may take. Default: the caller's. */
  readonly callTimeoutMs?: number | undefined;
  readonly throttles: ThrottleRegister;
  /** Aborted when nothing shall be started any more. */
  readonly closing: AbortSignal;
}

/** How long something waits that nobody can be asked about: a plugin without an address. */
const NOWHERE_DELAY_MS = 1_000;

/** One update: the plugin says what becomes of it, and which lines it makes. */
export function sendUpdate(batch: OutgoingBatch, context: SenderContext): Promise<Outcome> {
  const route = findRoute(context.directory, batch.destination);
  const { sessionId } = splitSessionKey(batch.key);
  const update = batch.lines[0] as OutgoingBatch['lines'][number];
  const toLine = (groupingKey: string, content: string) => ({
    destination: route.feedId,
    key: sessionKey(sessionId, groupingKey),
    subject: update.subject,
    content,
  });
  return callPlugin(route, context, {
    endpoint: '/v1/user_segment_update',
    body: updateBody(update.content, route.suffix(sessionId)),
    outcomeOf: (answer) => updateOutcome(answer, { attempt: batch.attempt, toLine }),
  });
}

/** One batch: the plugin delivers it, and says what arrived. */
export function sendBatch(batch: OutgoingBatch, context: SenderContext): Promise<Outcome> {
  const route = findRoute(context.directory, batch.destination);
  const { sessionId, rest: groupingKey } = splitSessionKey(batch.key);
  const contents = batch.lines.map(({ content }) => content);
  return callPlugin(route, context, {
    endpoint: '/v1/batch_update',
    body: batchBody(contents, batch.sealedAt, groupingKey, route.context(sessionId)),
    headers: ['idempotency-key', batch.id, 'x-batchfeed-attempt', String(batch.attempt)],
    outcomeOf: (answer) => batchOutcome(answer, batch.lines.length),
  });
}

interface Call {
  readonly endpoint: string;
  readonly body: string;
  readonly headers?: readonly string[];
  readonly outcomeOf: (answer: PluginAnswer) => Outcome;
}

/** Makes a call once every throttling it is under allows it, unless something stands in the way by then. */
async function callPlugin(route: FeedRoute, context: SenderContext, call: Call): Promise<Outcome> {
  if (route.throttlings.length === 0) return callNow(route, context, call);
  const turn = await ownTurn(route.feedId, context, call.endpoint);
  try {
    return await callNow(turn.route, context, call);
  } finally {
    for (const throttle of turn.held) throttle.release();
  }
}

async function callNow(route: FeedRoute, context: SenderContext, { outcomeOf, ...call }: Call): Promise<Outcome> {
  const blocked = obstacle(route, context);
  if (blocked !== undefined) return blocked;
  const timeout = timeoutMs(route, call.endpoint) ?? context.callTimeoutMs;
  return outcomeOf(await context.caller.call({ ...call, baseUrl: route.baseUrl as string, timeoutMs: timeout }));
}

/** Waits for a call's turn, and gives the feed as it is then: the wait may be long, and limits change. */
async function ownTurn(feedId: string, { directory, throttles, closing }: SenderContext, endpoint: string) {
  for (;;) {
    const route = findRoute(directory, feedId);
    const wanted = closing.aborted ? [] : throttles.for(route, endpoint);
    const held: Throttle[] = [];
    for (const throttle of wanted) {
      if (!(await throttle.acquire())) break;
      held.push(throttle);
    }
    if (held.length === wanted.length) return { held, route: held.length === 0 ? route : findRoute(directory, feedId) };
    for (const throttle of held) throttle.release();
  }
}

/** @throws Error for a feed that is not there; the engine takes that for a failed attempt. */
export function findRoute(directory: FeedDirectory, feedId: string): FeedRoute {
  const route = directory.find(feedId);
  if (route === undefined) throw new Error(`Feed ${feedId} is not in the configuration.`);
  return route;
}

/** Why a feed's plugin cannot be called at all right now. Waiting is no failure, so that nothing is burnt by it. */
function obstacle({ baseUrl, status }: FeedRoute, { closing }: SenderContext): Outcome | undefined {
  if (closing.aborted) return { kind: 'retry', reason: 'The platform is closing', delayMs: 1 };
  if (baseUrl === undefined) {
    return { kind: 'retry', reason: 'Nobody has said where the plugin listens', delayMs: NOWHERE_DELAY_MS };
  }
  // The engine holds back for a paused feed; this is for what waited for its turn when that began.
  return status === 'PAUSED' ? { kind: 'retry', reason: 'The feed is paused', delayMs: 1 } : undefined;
}
