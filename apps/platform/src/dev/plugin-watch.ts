import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

const INTERVAL_MS = 300;

/** Whether a plugin says that it is ready. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/v1/status`, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}

/** Resolves once the plugin is ready, or the signal aborts. */
export async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isReady(url))) await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
}

/** Resolves once the plugin went away and came back, or the signal aborts. */
export async function untilRestarted(url: string, signal: AbortSignal, onGone: () => void): Promise<void> {
  while (!signal.aborted && (await isReady(url))) await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
  if (signal.aborted) return;
  onGone();
  await untilReady(url, signal);
}
