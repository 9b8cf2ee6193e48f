import type { RevealBatch, RevealedLines } from '@batchfeed/schemas';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/** Asks the platform for lines in clear, which it writes to the audit. */
export type Reveal = (range: Required<RevealBatch>) => Promise<RevealedLines>;

/** What of the lines is shown in clear. It is held by the page alone, and forgotten with it. */
export function useReveal(reveal: Reveal) {
  const [clear, setClear] = useState<ReadonlyMap<number, string>>(new Map());
  const mutation = useMutation({
    mutationFn: reveal,
    // Contents in clear are no business of the cache.
    gcTime: 0,
    onSuccess: ({ lines }) =>
      setClear((before) => new Map([...before, ...lines.map(({ number, content }) => [number, content] as const)])),
  });
  return {
    clear,
    hide: () => setClear(new Map()),
    reveal: (first_line: number, max_lines: number) => mutation.mutateAsync({ first_line, max_lines }),
    isPending: mutation.isPending,
    error: mutation.error,
    forgetError: mutation.reset,
  };
}
export type Revealing = ReturnType<typeof useReveal>;
