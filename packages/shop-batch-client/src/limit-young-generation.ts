/** What this takes of Node's own module, which is not imported, because browsers load this package too. */
interface V8 {
  getHeapSpaceStatistics: () => { space_name: string; space_size: number }[];
  setFlagsFromString: (flags: string) => void;
}

/**
 * Keeps V8's young generation, where objects begin, near the given size in MB. By itself it grows on a busy process to
 * 64 MB and more, none of which a stream of batches needs. For the whole process, so it is for a program to call, not
 * for a library: the `shop-batch` command does, at its start. Does nothing outside Node.
 */
export function limitYoungGeneration(megabytes = 16): void {
  const v8 = globalThis.process?.getBuiltinModule?.('v8') as V8 | undefined;
  if (v8 === undefined) return;
  const observer = new PerformanceObserver(() => {
    const young = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (young !== undefined && young.space_size < megabytes * 1_048_576) return;
    observer.disconnect();
    // The size itself is read once, before any program; by how much to grow is read anew each time.
    v8.setFlagsFromString('--semi-space-growth-factor=1');
  });
  // It grows while it is collected, and only then.
  observer.observe({ entryTypes: ['gc'] });
}
