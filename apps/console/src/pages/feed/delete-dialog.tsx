import type { FeedLedger, FeedResource } from '@batchfeed/schemas';
import { useState } from 'react';
import { type RemovalMode, useFeedDeed, useFeedLedger } from '../../api/feeds.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { toast } from '../../components/toasts.tsx';
import { t } from '../../texts/text.ts';
import { undelivered } from './undelivered.ts';

interface DeleteDialogProps {
  readonly feed: FeedResource;
  readonly onClose: () => void;
}

/** Asks what becomes of what the feed holds. A feed that is being emptied already can only be thrown away. */
export function DeleteDialog({ feed, onClose }: DeleteDialogProps) {
  const modes: readonly RemovalMode[] = feed.status === 'DRAINING' ? ['discard'] : ['drain', 'discard'];
  const [mode, setMode] = useState<RemovalMode>(modes[0] as RemovalMode);
  const deed = useFeedDeed(feed.id);
  const { data: ledger } = useFeedLedger(feed.id);
  const remove = async () => {
    await deed.mutateAsync({ deed: 'delete', mode });
    toast.done(t('feed.deed.delete.done', { feed: feed.name }));
  };
  return (
    <ConfirmDialog
      title={t('feed.deed.delete.title', { feed: feed.name })}
      isOpen
      onClose={onClose}
      danger
      confirmLabel={t(`feed.removal.${mode}Action`)}
      onConfirm={remove}
    >
      <p>{t('feed.deed.delete.text')}</p>
      {ledger ? <p>{heldText(ledger)}</p> : null}
      <fieldset className="feed-choices">
        <legend className="field-label">{t('feed.removal.label')}</legend>
        {modes.map((value) => (
          <label key={value} className="feed-choice">
            <input type="radio" name="removal" checked={mode === value} onChange={() => setMode(value)} />
            <span>
              <b>{t(`feed.removal.${value}`)}</b>
              <span className="muted small">{t(`feed.removal.${value}Help`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </ConfirmDialog>
  );
}

function heldText(ledger: FeedLedger): string {
  const held = { updates: undelivered(ledger.updates), lines: undelivered(ledger.lines) };
  return held.updates + held.lines === 0 ? t('feed.holdsNothing') : t('feed.holds', held);
}
