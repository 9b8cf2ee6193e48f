/**
 * Runs `work` and settles with it, or with `onTimeout`'s error once `ms` milliseconds have passed.
 * Whatever `work` does afterwards is ignored, a late rejection included. A synchronous throw is a rejection.
 */
export const deadline = <T>(work: () => T | PromiseLike<T>, ms: number, onTimeout: () => Error): Promise<T> =>
  new Promise((resolve, reject) => {
    const result = work();
    if (typeof (result as PromiseLike<T> | undefined)?.then !== 'function') {
      resolve(result);
      return;
    }
    const timer = setTimeout(() => reject(onTimeout()), ms);
    (result as PromiseLike<T>).then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (reason) => {
        clearTimeout(timer);
        reject(reason);
      },
    );
  });
