import type { Outcome, OutgoingBatch } from '@batchfeed/delivery';
import { maskText } from '../history/mask.ts';
import type { Observer } from '../operations/observer.ts';
import { looksLikeOutage, type PluginAnswer } from '../plugin/plugin-answer.ts';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import type { IdentifierStat } from '../statistics/count-update.ts';
import { batchOutcome } from './batch-outcome.ts';
import type { Circuit } from './circuit.ts';
import type { CircuitRegister } from './circuit-register.ts';
import type { FeedDirectory, FeedRoute } from './feed-directory.ts';
import { batchBody, updateBody } from './plugin-requests.ts';
import { sessionKey, splitSessionKey } from './session-key.ts';
import { acquireAll } from './throttle.ts';
import { type ThrottleRegister, timeoutMs } from './throttle-register.ts';
import { updateOutcome } from './update-outcome.ts';

/**
 * The calls of the two hot plugin routes: put together, made, and their answers turned into
 * outcomes.
 */
export interface SenderContext {
  readonly directory: FeedDirectory;
  readonly caller: PluginCaller;
  /** Milliseconds a call may take. Default: the caller's. */
  readonly callTimeoutMs?: number | undefined;
  readonly throttles: ThrottleRegister;
  readonly circuits: CircuitRegister;
  readonly observer: Observer;
  /** Aborted when nothing shall be started any more. */
  readonly closing: AbortSignal;
}

/** How long a call waits when its plugin has no address. */
const NO_ADDRESS_DELAY_MS = 1_000;

/** One update: the plugin says what becomes of it, and which lines it makes. */
export async function sendUpdate(batch: OutgoingBatch, context: SenderContext): Promise<Outcome> {
  const route = findRoute(context.directory, batch.destination);
  const { sessionId } = splitSessionKey(batch.key);
  const [update] = batch.lines;
  if (update === undefined) throw new Error('An update has no line.');
  const toLine = (groupingKey: string, content: string) => ({
    destination: route.feedId,
    key: sessionKey(sessionId, groupingKey),
    subject: update.subject,
    // The lines of one update have no order among themselves.
    cause: batch.id,
    content,
  });
  let stats: readonly IdentifierStat[] = [];
  const onStats = (read: readonly IdentifierStat[]) => {
    stats = read;
  };
  const outcome = await callPlugin(route, context, {
    id: batch.id,
    endpoint: '/v1/user_segment_update',
    body: () => updateBody(update, route.suffix(sessionId)),
    pipelined: true,
    outcomeOf: (answer) => updateOutcome(answer, { failures: batch.failures, toLine, onStats }),
  });
  context.observer.updateAnswered(batch, outcome, stats);
  return outcome;
}

/** One batch: the plugin delivers it, and says what arrived. */
export async function sendBatch(batch: OutgoingBatch, context: SenderContext): Promise<Outcome> {
  const route = findRoute(context.directory, batch.destination);
  const { sessionId, rest: groupingKey } = splitSessionKey(batch.key);
  context.observer.batchSending(batch);
  const body = () => {
    const contents = batch.lines.map(({ content }) => content);
    return batchBody(contents, batch.sealedAt, groupingKey, route.context(sessionId));
  };
  const outcome = await callPlugin(route, context, {
    id: batch.id,
    endpoint: '/v1/batch_update',
    body,
    headers: ['idempotency-key', batch.id, 'x-batchfeed-attempt', String(batch.attempt)],
    outcomeOf: (answer) => batchOutcome(answer, batch.lines.length),
  });
  context.observer.batchAnswered(batch, outcome);
  return outcome;
}

interface Call {
  /** Of the update or batch it is about. */
  readonly id: string;
  readonly endpoint: string;
  /** Made when the call is: what waits for its plugin must not hold its body as well. */
  readonly body: () => string | Buffer;
  readonly headers?: readonly string[] | undefined;
  readonly pipelined?: boolean | undefined;
  readonly outcomeOf: (answer: PluginAnswer) => Outcome;
}

/**
 * Makes a call once its plugin is there and every throttling allows it, unless something stands in
 * the way by then.
 */
function callPlugin(route: FeedRoute, context: SenderContext, call: Call): Promise<Outcome> {
  const circuit = context.circuits.of(route);
  return circuit.isClosed && route.throttlings.length === 0
    ? callNow(route, circuit, context, call)
    : callInTurn(route, context, call);
}

async function callInTurn(route: FeedRoute, context: SenderContext, call: Call): Promise<Outcome> {
  for (;;) {
    const attempt = await passCircuit(call.id, route.feedId, context);
    const turn = await ownTurn(route.feedId, context, call.endpoint);
    const present = context.circuits.of(turn.route);
    try {
      // While it waited for its turn the plugin may have gone, or moved.
      const mayCall = present.isClosed || (attempt.isTrial && present === attempt.circuit);
      if (mayCall || obstacle(turn.route, context) !== undefined)
        return await callNow(turn.route, present, context, call);
    } finally {
      if (attempt.isTrial && present !== attempt.circuit) attempt.circuit.passOn();
      for (const throttle of turn.held) throttle.release();
    }
  }
}

/**
 * Waits until the plugin's circuit is closed, or the call is the one that tries whether it can be,
 * or cannot be made at all.
 */
async function passCircuit(
  call: string,
  feedId: string,
  context: SenderContext,
): Promise<{ readonly circuit: Circuit; readonly isTrial: boolean }> {
  for (;;) {
    const route = findRoute(context.directory, feedId);
    const circuit = context.circuits.of(route);
    if (circuit.isClosed || obstacle(route, context) !== undefined) return { circuit, isTrial: false };
    if ((await circuit.turn(call, feedId)) === 'trial') return { circuit, isTrial: true };
  }
}

async function callNow(
  route: FeedRoute,
  circuit: Circuit,
  context: SenderContext,
  { id, endpoint, body, headers, pipelined, outcomeOf }: Call,
): Promise<Outcome> {
  const blocked = obstacle(route, context);
  if (blocked !== undefined) {
    circuit.passOn();
    return blocked;
  }
  const baseUrl = route.baseUrl as string;
  const timeout = timeoutMs(route, endpoint) ?? context.callTimeoutMs;
  const startedAt = performance.now();
  const answer = await context.caller.call({ baseUrl, endpoint, body: body(), headers, pipelined, timeoutMs: timeout });
  context.observer.called(endpoint, performance.now() - startedAt, route.feedId);
  const outcome = outcomeOf(answer);
  if (!looksLikeOutage(answer)) {
    circuit.answered(id);
    return outcome;
  }
  const said = outcome.kind === 'delivered' ? '' : outcome.reason;
  // It is logged, and shown to all who may look. What a plugin did not write names nobody.
  const reason = answer.kind === 'none' ? said : maskText(said);
  const isOutage = await circuit.failed(id, reason, answer.kind === 'none' && answer.unreachable);
  // With a delay an attempt counts as none; the circuit does the waiting.
  return isOutage && !context.closing.aborted ? { ...outcome, delayMs: Math.max(outcome.delayMs ?? 0, 1) } : outcome;
}

/**
 * Waits for a call's turn, and gives the feed as it is then: the wait may be long, and limits
 * change.
 */
async function ownTurn(feedId: string, context: SenderContext, endpoint: string) {
  const { directory, throttles } = context;
  for (;;) {
    const route = findRoute(directory, feedId);
    // What will not be called needs no turn.
    const wanted = obstacle(route, context) === undefined ? throttles.for(route, endpoint) : [];
    if (wanted.length === 0) return { held: wanted, route };
    if (await acquireAll(wanted, feedId)) return { held: wanted, route: findRoute(directory, feedId) };
  }
}

/** @throws Error for a feed that is not there; the engine takes that for a failed attempt. */
export function findRoute(directory: FeedDirectory, feedId: string): FeedRoute {
  const route = directory.find(feedId);
  if (route === undefined) throw new Error(`Feed ${feedId} is not in the configuration.`);
  return route;
}

/**
 * Why a feed's plugin cannot be called at all right now. Waiting is no failure, so that nothing is
 * burnt by it.
 */
function obstacle({ baseUrl, status, awaitsConnection }: FeedRoute, { closing }: SenderContext): Outcome | undefined {
  if (closing.aborted) return waiting('The platform is closing');
  // The engine holds back for these; this is for what waited for its turn when that began.
  if (status === 'DISCARDING') return waiting('The feed is deleted');
  if (status === 'PAUSED') return waiting('The feed is paused');
  if (awaitsConnection) return waiting("The plugin's connection call comes first");
  return baseUrl === undefined ? waiting('No address of the plugin is configured', NO_ADDRESS_DELAY_MS) : undefined;
}

function waiting(reason: string, delayMs = 1): Outcome {
  return { kind: 'retry', reason, delayMs };
}
