import type { ReactNode } from 'react';
import { isApiError } from '../api/api-error.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import './states.css';

/** What is shown where content is not: nothing there yet, not read yet, not to be had. */

interface StateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly tone?: 'bad' | 'warn';
  readonly role?: 'alert' | 'status';
}

function State({ icon, title, children, action, tone, role }: StateProps) {
  return (
    <div className="state" data-tone={tone} role={role}>
      <span className="state-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children ? <div className="muted state-text">{children}</div> : null}
      {action ? <div className="row">{action}</div> : null}
    </div>
  );
}

/** There is nothing: says what would be here, and offers to make the first. */
export function EmptyState(props: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly icon?: IconName;
}) {
  return <State {...props} icon={props.icon ?? 'info'} />;
}

/** It failed: the platform's own sentence, the id under which its log says more, and another try. */
export function ErrorState({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  if (isApiError(error) && error.code === 'NO_ANSWER') return <Offline onRetry={onRetry} />;
  return (
    <State
      icon="warn"
      tone="bad"
      role="alert"
      title={t('common.state.errorTitle')}
      action={onRetry ? <Button onPress={onRetry}>{t('common.action.retry')}</Button> : undefined}
    >
      <ErrorText error={error} />
    </State>
  );
}

/** The sentence of an error, and its id. */
export function ErrorText({ error }: { readonly error: unknown }) {
  const message = error instanceof Error ? error.message : String(error);
  const id = isApiError(error) ? error.errorId : undefined;
  return (
    <>
      <p className="break">{message}</p>
      {id !== undefined ? <p className="small break">{t('common.state.errorId', { id })}</p> : null}
    </>
  );
}

/** An error inside a form or a card. */
export function ErrorNote({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <Note tone="bad" role="alert">
      <ErrorText error={error} />
    </Note>
  );
}

/** The platform does not answer. */
export function Offline({ onRetry }: { readonly onRetry?: (() => void) | undefined }) {
  return (
    <State
      icon="plug"
      tone="warn"
      role="alert"
      title={t('common.state.offlineTitle')}
      action={onRetry ? <Button onPress={onRetry}>{t('common.action.retry')}</Button> : undefined}
    >
      {t('common.state.offline')}
    </State>
  );
}

/** It is being read. Appears after a moment only, so that what is there at once does not flicker. */
export function Loading({ label = t('common.state.loading') }: { readonly label?: string }) {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      <span>{label}</span>
    </div>
  );
}

const noteIcons = { info: 'info', ok: 'check', warn: 'warn', bad: 'warn' } as const;

/** A remark beside content. */
export function Note({
  tone = 'info',
  role,
  children,
}: {
  readonly tone?: keyof typeof noteIcons;
  readonly role?: 'alert' | 'status';
  readonly children: ReactNode;
}) {
  return (
    <div className="note" data-tone={tone} role={role}>
      <Icon name={noteIcons[tone]} />
      <div className="grow stack-tight">{children}</div>
    </div>
  );
}
