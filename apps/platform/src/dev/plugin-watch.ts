import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Dispatcher, request } from 'undici';

const INTERVAL_MS = 300;
const TIMEOUTS = { headersTimeout: 2_000, bodyTimeout: 2_000 };

/** Whether a plugin says that it is ready. */
export async function isReady(url: string): Promise<boolean> {
  return saysReady(request(`${url}/v1/status`, TIMEOUTS));
}

/** Resolves once the plugin is ready, or the signal aborts. */
export async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isReady(url))) await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
}

/** Resolves once the plugin went away and came back, or the signal aborts. */
export async function untilRestarted(url: string, signal: AbortSignal, onGone: () => void): Promise<void> {
  await untilGone(url, signal);
  if (signal.aborted) return;
  onGone();
  await untilReady(url, signal);
}

/**
 * Asks over one connection and keeps that: its end is the plugin's, even of one that is back before it is asked again.
 * Asking often keeps the plugin from closing it as idle; of an end that an answer has announced nothing follows.
 */
async function untilGone(url: string, signal: AbortSignal): Promise<void> {
  const { origin, pathname } = new URL(`${url}/v1/status`);
  const gone = new AbortController();
  const ending = AbortSignal.any([signal, gone.signal]);
  const client = new Client(origin);
  client.on('disconnect', (_origin, _targets, error) => {
    if (error.code !== ENDED_HERE) gone.abort();
  });
  const ask = () => saysReady(client.request({ method: 'GET', path: pathname, ...TIMEOUTS }));
  while (!ending.aborted && (await ask())) await sleep(INTERVAL_MS, undefined, { signal: ending }).catch(() => {});
  await client.destroy();
}

/** What undici says when it closes a connection itself: unused for long, or no further use as the answer said. */
const ENDED_HERE = 'UND_ERR_INFO';

async function saysReady(asked: Promise<Dispatcher.ResponseData>): Promise<boolean> {
  try {
    const { statusCode, body } = await asked;
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
