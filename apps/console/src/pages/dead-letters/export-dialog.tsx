import { exportAddress } from '../../api/dead-letters.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { t } from '../../texts/text.ts';

interface ExportDialogProps {
  readonly feedId: string;
  readonly group: string | undefined;
  /** Letters in it. */
  readonly count: number;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

/** What is exported is in clear, so that it asks first. The browser writes the file as it comes: its size does not matter. */
export function ExportDialog({ feedId, group, count, onClose, onStarted }: ExportDialogProps) {
  return (
    <Dialog title={t('deadLetters.exporting.title')} isOpen onClose={onClose} role="alertdialog">
      <div className="stack-tight">
        <p>{t('deadLetters.exporting.text', { count })}</p>
        <p className="muted">{t('deadLetters.exporting.format')}</p>
      </div>
      <div className="row row-end">
        <Button onPress={onClose}>{t('common.action.cancel')}</Button>
        <a
          className="button button-primary"
          href={exportAddress(feedId, group === undefined ? {} : { group })}
          download={`dead-letters-${feedId}.ndjson`}
          onClick={onStarted}
        >
          <Icon name="download" />
          {t('deadLetters.exporting.submit')}
        </a>
      </div>
    </Dialog>
  );
}
