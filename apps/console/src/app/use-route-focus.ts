import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

/**
 * After a change of page the focus goes to its heading, as if the browser had loaded it: screen readers read it, and the
 * keyboard goes on from there. Tabs of one page share its heading and keep the focus where it is.
 */
export function useRouteFocus(): void {
  const { pathname, state } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    if ((state as { keepFocus?: boolean } | null)?.keepFocus || document.activeElement?.closest('[role="tablist"]'))
      return;
    scrollTo({ top: 0 });
    return focusHeading();
  }, [pathname, state]);
}

/** Focuses the page's heading, as soon as the page is there. */
function focusHeading(): () => void {
  const found = () => {
    const heading = document.getElementById('page-title');
    heading?.focus({ preventScroll: true });
    return heading !== null;
  };
  if (found()) return () => undefined;
  const observer = new MutationObserver(() => {
    if (found()) observer.disconnect();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  return () => observer.disconnect();
}
