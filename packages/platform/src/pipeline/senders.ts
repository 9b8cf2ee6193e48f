import type { Outcome, OutgoingBatch } from '@batchfeed/delivery';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import { batchOutcome } from './batch-outcome.ts';
import type { FeedDirectory, FeedRoute } from './feed-directory.ts';
import type { HandOver } from './hand-over.ts';
import { batchBody, updateBody } from './plugin-requests.ts';
import { sessionKey, splitSessionKey } from './session-key.ts';
import { updateOutcome } from './update-outcome.ts';

/** The calls of the two hot plugin routes: put together, made, and their answers turned into outcomes. */
export interface SenderContext {
  readonly directory: FeedDirectory;
  readonly caller: PluginCaller;
  /** Milliseconds a call may take. Default: the caller's. */
  readonly callTimeoutMs?: number | undefined;
}

/** How long something waits that nobody can be asked about: a plugin without an address. */
const NOWHERE_DELAY_MS = 1_000;

/** One update: the plugin says what becomes of it, and which lines it makes. */
export async function sendUpdate(
  batch: OutgoingBatch,
  { directory, caller, callTimeoutMs }: SenderContext,
  handOver: HandOver,
): Promise<Outcome> {
  const route = findRoute(directory, batch.destination);
  const blocked = obstacle(route);
  if (blocked !== undefined) return blocked;
  const { sessionId } = splitSessionKey(batch.key);
  const update = batch.lines[0] as OutgoingBatch['lines'][number];
  const toLine = (groupingKey: string, content: string) => ({
    destination: route.feedId,
    key: sessionKey(sessionId, groupingKey),
    subject: update.subject,
    content,
  });
  const answer = await caller.call({
    baseUrl: route.baseUrl as string,
    endpoint: '/v1/user_segment_update',
    body: updateBody(update.content, route.suffix(sessionId)),
    timeoutMs: callTimeoutMs,
  });
  const outcome = updateOutcome(answer, { attempt: batch.attempt, toLine });
  if (outcome.kind === 'delivered' && outcome.forward !== undefined) {
    handOver.forwarded(route.feedId, outcome.forward.length);
  }
  return outcome;
}

/** One batch: the plugin delivers it, and says what arrived. */
export async function sendBatch(
  batch: OutgoingBatch,
  { directory, caller, callTimeoutMs }: SenderContext,
): Promise<Outcome> {
  const route = findRoute(directory, batch.destination);
  const blocked = obstacle(route);
  if (blocked !== undefined) return blocked;
  const { sessionId, rest: groupingKey } = splitSessionKey(batch.key);
  const contents = batch.lines.map(({ content }) => content);
  const answer = await caller.call({
    baseUrl: route.baseUrl as string,
    endpoint: '/v1/batch_update',
    body: batchBody(contents, batch.sealedAt, groupingKey, route.context(sessionId)),
    headers: ['idempotency-key', batch.id, 'x-batchfeed-attempt', String(batch.attempt)],
    timeoutMs: callTimeoutMs,
  });
  return batchOutcome(answer, batch.lines.length);
}

/** @throws Error for a feed that is not there; the engine takes that for a failed attempt. */
export function findRoute(directory: FeedDirectory, feedId: string): FeedRoute {
  const route = directory.find(feedId);
  if (route === undefined) throw new Error(`Feed ${feedId} is not in the configuration.`);
  return route;
}

/** Why a feed's plugin cannot be called at all right now. Waiting is no failure, so that nothing is burnt by it. */
function obstacle({ baseUrl, status }: FeedRoute): Outcome | undefined {
  if (baseUrl === undefined) {
    return { kind: 'retry', reason: 'Nobody has said where the plugin listens', delayMs: NOWHERE_DELAY_MS };
  }
  // The engine holds back for a paused feed; this is for what it starts before it can be told to, when the platform starts.
  return status === 'PAUSED' ? { kind: 'retry', reason: 'The feed is paused', delayMs: 1 } : undefined;
}
