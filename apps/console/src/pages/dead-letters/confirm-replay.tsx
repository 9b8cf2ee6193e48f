import { useState } from 'react';
import { hasStatus } from '../../api/api-error.ts';
import { useReplay } from '../../api/dead-letters.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { toast } from '../../components/toasts.tsx';
import { t } from '../../texts/text.ts';
import { lettersIn, type ReplayRequest } from './replay-request.ts';

interface ConfirmReplayProps {
  readonly feedId: string;
  /** Nothing is asked without. */
  readonly request: ReplayRequest | undefined;
  readonly onClose: () => void;
  readonly onReplayed: () => void;
}

/** How a replay is refused that later updates of the same users have overtaken. */
const OVERTAKEN_STATUS = 409;

/** Says how much would be sent again, and sends it; what later updates have overtaken only when that is confirmed, too. */
export function ConfirmReplay({ feedId, request, onClose, onReplayed }: ConfirmReplayProps) {
  const replay = useReplay(feedId);
  const { batches, lines, updates } = request?.amount ?? { batches: 0, lines: 0, updates: 0 };
  const count = request ? lettersIn(request.amount) : 0;
  const [isOvertaken, setOvertaken] = useState(false);
  const close = () => {
    setOvertaken(false);
    onClose();
  };
  return (
    <ConfirmDialog
      title={t('deadLetters.confirm.title')}
      isOpen={request !== undefined}
      onClose={close}
      confirmLabel={t(isOvertaken ? 'deadLetters.confirm.allTheSame' : 'deadLetters.confirm.submit', { count })}
      onConfirm={async () => {
        if (!request) return;
        const replayed = await replay
          .mutateAsync({ ...request.which, ...(isOvertaken ? { confirm: true } : {}) })
          .catch((error: unknown) => {
            // Its sentence stands in the dialog, and names the letters.
            if (hasStatus(error, OVERTAKEN_STATUS)) setOvertaken(true);
            throw error;
          });
        toast.done(t('deadLetters.replayed', { count: replayed }));
        onReplayed();
      }}
    >
      {batches > 0 ? (
        <p>{t('deadLetters.confirm.batch', { count: batches, lines: t('deadLetters.lineCount', { count: lines }) })}</p>
      ) : null}
      {updates > 0 ? <p>{t('deadLetters.confirm.update', { count: updates })}</p> : null}
      {request?.isOpenEnded ? <p className="muted">{t('deadLetters.confirm.later')}</p> : null}
      <p className="muted">{t('deadLetters.confirm.again')}</p>
    </ConfirmDialog>
  );
}
