import { PlatformError } from '../platform-error.ts';
import { findRoute, type SenderContext } from './senders.ts';
import { acquireAll } from './throttle.ts';
import { timeoutMs } from './throttle-register.ts';

/** Makes another call of a feed's plugin in its turn; `call` is given the time it may take, where a throttling says so. */
export async function callInOwnTurn<Result>(
  feedId: string,
  endpoint: string,
  { directory, throttles, isClosing }: Pick<SenderContext, 'directory' | 'throttles'> & { isClosing: () => boolean },
  call: (timeoutMs: number | undefined) => Promise<Result>,
): Promise<Result> {
  for (;;) {
    if (isClosing()) throw new PlatformError('UNAVAILABLE', 'The platform is shutting down. Try again later.');
    const held = throttles.for(findRoute(directory, feedId), endpoint);
    if (held.length > 0 && !(await acquireAll(held, feedId))) continue;
    try {
      return await call(timeoutMs(findRoute(directory, feedId), endpoint));
    } finally {
      for (const throttle of held) throttle.release();
    }
  }
}
