import { useEffect, useEffectEvent, useRef } from 'react';

/**
 * A way to have something done soon: however often it is asked for, it is done once in so many milliseconds at most, and
 * always after the last time. For reading again what live events only tell to have changed.
 */
export function useSoon(deed: () => void, ms: number): () => void {
  const timer = useRef<number>(undefined);
  const onTime = useEffectEvent(deed);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    if (timer.current !== undefined) return;
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      onTime();
    }, ms);
  };
}
