import type { PluginCheck } from '@batchfeed/schemas';
import type { AddressGuard } from './address-guard.ts';
import { checkBaseUrl } from './check-base-url.ts';
import type { PluginAnswer } from './plugin-answer.ts';
import { PluginCaller } from './plugin-caller.ts';

const TIMEOUT_MS = 5_000;
/** Neither a status nor metadata is long; what is comes from something else than a plugin. */
const MAX_ANSWER_BYTES = 16 * 1_024;

/**
 * Asks a plugin that need not be registered whether it is there, and what it is. Whatever it does is an answer.
 *
 * @throws PlatformError `INVALID` for an address no plugin can have.
 */
export async function checkPlugin(baseUrl: string, guard: AddressGuard): Promise<PluginCheck> {
  const checked = checkBaseUrl(baseUrl);
  // A caller of its own, so that nothing is left of addresses that were only tried.
  const caller = new PluginCaller({ connections: 1, maxAnswerBytes: MAX_ANSWER_BYTES }, guard);
  const ask = (endpoint: string) => caller.call({ baseUrl: checked, endpoint, timeoutMs: TIMEOUT_MS });
  try {
    const startedAt = performance.now();
    const status = await ask('/v1/status');
    const ms = Math.round((performance.now() - startedAt) * 100) / 100;
    const metadata = status.kind === 'answer' ? readObject(await ask('/v1/metadata')) : null;
    return {
      reachable: status.kind === 'answer',
      status: status.kind === 'answer' ? status.status : null,
      ms,
      metadata,
      problem: problemOf(status),
    };
  } finally {
    await caller.close();
  }
}

/** What each status of `/v1/status` means, where it means anything but ready. */
const PROBLEMS: Readonly<Record<number, string>> = {
  404: 'Something answers there, but it has no /v1/status. Check the address, and that it is an audience feed plugin.',
  503: 'The plugin is there but not initialised. Check its worker id and authentication token, and whether it reaches the gateway.',
};

function problemOf(answer: PluginAnswer): string | null {
  if (answer.kind === 'none') {
    return `${answer.reason.charAt(0).toUpperCase()}${answer.reason.slice(1)}. Check the address, and that the plugin is started.`;
  }
  if (answer.status === 200) return null;
  return PROBLEMS[answer.status] ?? `The plugin answers /v1/status with ${answer.status}. Its log may say why.`;
}

function readObject(answer: PluginAnswer): Record<string, unknown> | null {
  if (answer.kind === 'none' || answer.status !== 200) return null;
  try {
    const value: unknown = JSON.parse(answer.text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
