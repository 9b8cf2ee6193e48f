/** Bytes of the heap after everything that is not needed any more was collected. */
export function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
