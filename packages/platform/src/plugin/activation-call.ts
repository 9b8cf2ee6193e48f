import { externalSegmentConnectionResponseSchema, externalSegmentCreationResponseSchema } from '@batchfeed/schemas';
import type { z } from 'zod';
import { PlatformError } from '../platform-error.ts';
import { looksLikeOutage, type PluginAnswer } from './plugin-answer.ts';
import type { PluginCaller } from './plugin-caller.ts';

/** The two calls that activate a feed, and the schema of their answers. */
const STEPS = {
  creation: { endpoint: '/v1/external_segment_creation', schema: externalSegmentCreationResponseSchema },
  connection: { endpoint: '/v1/external_segment_connection', schema: externalSegmentConnectionResponseSchema },
} as const;
export type ActivationStep = keyof typeof STEPS;

/** The route a step goes to. */
export function endpointOf(step: ActivationStep): string {
  return STEPS[step].endpoint;
}

export interface ActivationRequest {
  readonly feed_id: string;
  readonly datamart_id: string;
  readonly segment_id: string;
  readonly feed_destination_id?: string;
}

/** A partner may take its time to create a segment. */
export const ACTIVATION_TIMEOUT_MS = 60_000;

/**
 * Calls a plugin for one step of an activation.
 *
 * @throws PlatformError `PLUGIN_UNREACHABLE` or `PLUGIN_REFUSED`, saying what the plugin said.
 */
export async function callForActivation(
  caller: PluginCaller,
  baseUrl: string,
  step: ActivationStep,
  request: ActivationRequest,
  timeoutMs = ACTIVATION_TIMEOUT_MS,
): Promise<void> {
  const { endpoint, schema } = STEPS[step];
  const answer = await caller.call({ baseUrl, endpoint, body: JSON.stringify(request), timeoutMs });
  const where = `${endpoint} of the plugin at ${baseUrl}`;
  if (answer.kind === 'none')
    throw new PlatformError('PLUGIN_UNREACHABLE', `${where} gave no answer: ${answer.reason}.`);
  const body = readBody(answer.text, schema);
  if (answer.status === 200 && body?.status === 'ok') return;
  const code = looksLikeOutage(answer) ? 'PLUGIN_UNREACHABLE' : 'PLUGIN_REFUSED';
  throw new PlatformError(code, `${where} answered ${sayAnswer(answer, body)}.`);
}

interface Body {
  readonly status: string;
  readonly message?: string | undefined;
  readonly visibility?: string | undefined;
}

function readBody(text: string, schema: z.ZodType<Body>): Body | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function sayAnswer({ status }: Extract<PluginAnswer, { kind: 'answer' }>, body: Body | undefined): string {
  if (body === undefined) return `HTTP ${status} with a body that is no valid answer`;
  if (body.status === 'external_segment_not_ready_yet') {
    return `HTTP ${status}, external_segment_not_ready_yet: activate the feed again later`;
  }
  // A private message is for the plugin's author, who finds it in the plugin's own log.
  const message = body.visibility === 'PRIVATE' || !body.message ? '' : `: ${body.message.slice(0, 500)}`;
  return `HTTP ${status}, ${body.status}${message}`;
}
