import type { ReactNode } from 'react';
import './pill.css';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'quiet';

/** A state in a word. The word says it all; the colour only helps to find it. */
export function Pill({ tone = 'quiet', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span className="pill" data-tone={tone}>
      {children}
    </span>
  );
}
