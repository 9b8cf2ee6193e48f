import { type RefObject, useLayoutEffect, useRef } from 'react';

interface Anchored {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly keys: { readonly length: number; at(index: number): string | undefined };
  readonly rowHeight: number;
  /** False where rows change places by themselves, and following one would only take the others away. */
  readonly enabled: boolean;
}

/** Rows further off than this are not looked for: the list is another one. */
const FARTHEST = 2_000;

/**
 * Rows that come in above those in sight push nothing away: the row with the focus, or else the topmost one in sight, stays
 * where it is. At the very top the newest rows are what the reader wants to see.
 */
export function useAnchor({ scroller, keys, rowHeight, enabled }: Anchored): void {
  const before = useRef(keys);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = keys;
    const element = scroller.current;
    if (!enabled || element === null || old.length === 0) return;
    const focused = element.contains(document.activeElement)
      ? document.activeElement?.closest<HTMLElement>('[data-key]')?.dataset.key
      : undefined;
    const top = Math.floor(element.scrollTop / rowHeight);
    const from = focused === undefined ? top : indexNear(old, focused, top);
    const key = focused ?? (element.scrollTop < rowHeight ? undefined : old.at(top));
    if (from === undefined || key === undefined) return;
    const now = indexNear(keys, key, from);
    if (now !== undefined && now !== from) element.scrollTop += (now - from) * rowHeight;
  });
}

/** Where the key is, looked for from there outwards; undefined when it is not near. Pure. */
export function indexNear(keys: Anchored['keys'], key: string, from: number): number | undefined {
  for (let distance = 0; distance <= FARTHEST; distance += 1) {
    if (keys.at(from + distance) === key) return from + distance;
    if (from - distance >= 0 && keys.at(from - distance) === key) return from - distance;
    if (from + distance >= keys.length && from - distance < 0) return undefined;
  }
  return undefined;
}
