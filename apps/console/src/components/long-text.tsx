import { useLayoutEffect, useRef, useState } from 'react';
import { RawText } from './raw-text.tsx';
import './long-text.css';

interface LongTextProps {
  readonly text: string;
  /** Characters shown at most. */
  readonly most: number;
}

/** Anybody's text of any length: it scrolls within its own few lines, and the keyboard reaches it where it does. */
export function LongText({ text, most }: LongTextProps) {
  const box = useRef<HTMLSpanElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setScrolls(element.scrollHeight > element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <span ref={box} className="long-text break" tabIndex={scrolls ? 0 : undefined}>
      <RawText text={text} most={most} />
    </span>
  );
}
