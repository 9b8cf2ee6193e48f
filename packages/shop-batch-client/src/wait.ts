/** Resolves after `milliseconds`, or at once when one of the signals fires; never rejects. */
export function wait(milliseconds: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  const heard = signals.filter((signal) => signal !== undefined);
  if (milliseconds <= 0 || heard.some((signal) => signal.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const signal of heard) signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    for (const signal of heard) signal.addEventListener('abort', done);
  });
}
