import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * How far the heap may grow beyond what is alive in it before V8 collects, in percent. V8's own choice, up to 300, costs a little less time
 * and a hundred MB more.
 */
const GROWING_PERCENT = 110;
/** Bytes for what was just made; V8's own choice is four times as much. */
const YOUNG_BYTES = 32 * 1024 * 1024;

/**
 * Keeps the process small while much passes through it. V8 takes memory by what the machine has, and most of it would be garbage that
 * waits to be collected. These flags may be set while the process runs, unlike `--max-semi-space-size`; who starts Node with that one has
 * the same.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if ((young?.space_size ?? 0) < YOUNG_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
