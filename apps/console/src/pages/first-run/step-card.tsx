import type { ReactNode } from 'react';
import { Icon } from '../../components/icon.tsx';
import { t } from '../../texts/text.ts';
import './first-run.css';

interface StepCardProps {
  readonly number: number;
  readonly title: string;
  readonly text: string;
  readonly state: 'done' | 'current' | 'ahead';
  /** What came of it, once it is done. */
  readonly summary: string | undefined;
  readonly children: ReactNode;
}

/** A step: open while it is the one to be done, one line before and after. */
export function StepCard({ number, title, text, state, summary, children }: StepCardProps) {
  return (
    <li className="step" data-state={state} aria-current={state === 'current' ? 'step' : undefined}>
      <span className="step-number" aria-hidden="true">
        {state === 'done' ? <Icon name="check" /> : number}
      </span>
      <div className="step-body">
        <div className="row">
          <h2 tabIndex={-1}>{title}</h2>
          {state === 'done' ? (
            <span className="muted small break">
              <span className="visually-hidden">{t('firstRun.done')}: </span>
              {summary}
            </span>
          ) : null}
        </div>
        {state === 'current' ? (
          <div className="stack">
            <p className="muted step-text">{text}</p>
            {children}
          </div>
        ) : null}
      </div>
    </li>
  );
}
