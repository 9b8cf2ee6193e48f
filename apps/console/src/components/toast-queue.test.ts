import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ToastQueue } from './toast-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const contents = (queue: ToastQueue) => queue.read().map(({ content }) => content);

describe('toasts', () => {
  it('leave by themselves when they are good news, and stay when they are not', () => {
    const queue = new ToastQueue();
    queue.add({ tone: 'ok', content: 'saved' });
    queue.add({ tone: 'bad', content: 'refused' });
    vi.advanceTimersByTime(60_000);
    expect(contents(queue)).toEqual(['refused']);
  });

  it('are four at most, the latest ones', () => {
    const queue = new ToastQueue();
    for (const content of [1, 2, 3, 4, 5]) queue.add({ tone: 'bad', content });
    expect(contents(queue)).toEqual([2, 3, 4, 5]);
  });

  it('tell whoever listens, until they no longer do', () => {
    const queue = new ToastQueue();
    const listener = vi.fn();
    const stop = queue.subscribe(listener);
    queue.add({ tone: 'bad', content: 'refused' });
    const [shown] = queue.read();
    queue.remove(shown?.id ?? 0);
    queue.remove(shown?.id ?? 0);
    expect(listener).toHaveBeenCalledTimes(2);
    stop();
    queue.add({ tone: 'bad', content: 'again' });
    expect(listener).toHaveBeenCalledTimes(2);
  });
});
