import { useSyncExternalStore } from 'react';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { ErrorText } from './states.tsx';
import { ToastQueue } from './toast-queue.ts';
import './toasts.css';

const queue = new ToastQueue();

/** Says that something was done, or that it was not. Anywhere, not only in components. */
export const toast = {
  done: (text: string): void => queue.add({ tone: 'ok', content: text }),
  failed: (error: unknown): void => queue.add({ tone: 'bad', content: error }),
};

/** Where toasts appear; once, in the shell. Its region is always there, so that screen readers notice what comes into it. */
export function Toasts() {
  const toasts = useSyncExternalStore(queue.subscribe, queue.read);
  return (
    <div className="toasts" aria-live="polite" aria-atomic="false" role="log">
      {toasts.map(({ id, tone, content }) => (
        <div key={id} className="toast" data-tone={tone}>
          <Icon name={tone === 'ok' ? 'check' : 'warn'} />
          <div className="grow">
            {typeof content === 'string' ? <p className="break">{content}</p> : <ErrorText error={content} />}
          </div>
          <Button
            look="quiet"
            small
            icon="cross"
            aria-label={t('common.action.dismiss')}
            onPress={() => queue.remove(id)}
          />
        </div>
      ))}
    </div>
  );
}
