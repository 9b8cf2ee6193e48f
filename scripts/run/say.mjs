/** A failure that a person can do something about: what went wrong, and what to do. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {string} advice
   */
  constructor(message, advice) {
    super(message);
    this.advice = advice;
  }
}

// Everything about the set-up goes to stderr: the stdout of a task is its own, and may be read by a program.
/** @param {string} line */
export const say = (line) => process.stderr.write(`${line}\n`);

/** @param {number} startedAt */
export const secondsSince = (startedAt) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

/**
 * Says what is being done before it starts, and how long it took once it is done, on one line.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const step = async (what, work) => {
  const startedAt = performance.now();
  process.stderr.write(`▸ ${what} … `);
  try {
    const result = await work();
    process.stderr.write(`${secondsSince(startedAt)}\n`);
    return result;
  } catch (error) {
    process.stderr.write(`failed after ${secondsSince(startedAt)}\n`);
    throw error;
  }
};
