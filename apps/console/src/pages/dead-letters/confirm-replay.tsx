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

/** Says how much would be sent again, and sends it. */
export function ConfirmReplay({ feedId, request, onClose, onReplayed }: ConfirmReplayProps) {
  const replay = useReplay(feedId);
  const { batches, lines, updates } = request?.amount ?? { batches: 0, lines: 0, updates: 0 };
  const count = request ? lettersIn(request.amount) : 0;
  return (
    <ConfirmDialog
      title={t('deadLetters.confirm.title')}
      isOpen={request !== undefined}
      onClose={onClose}
      confirmLabel={t('deadLetters.confirm.submit', { count })}
      onConfirm={async () => {
        if (!request) return;
        const replayed = await replay.mutateAsync(request.which);
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
