import type { WorkerCredentials } from '@batchfeed/schemas';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { t } from '../../../texts/text.ts';
import { ShownCredentials } from './shown-credentials.tsx';

interface ShownCredentialsDialogProps {
  readonly credentials: WorkerCredentials;
  readonly onClose: () => void;
}

/** Closes only when told so: what it shows is not shown again. */
export function ShownCredentialsDialog({ credentials, onClose }: ShownCredentialsDialogProps) {
  return (
    <Dialog title={t('plugins.credentials.shownTitle')} isOpen onClose={onClose} role="alertdialog" persistent>
      <ShownCredentials credentials={credentials} />
      <div className="row row-end">
        <Button look="primary" onPress={onClose}>
          {t('plugins.credentials.close')}
        </Button>
      </div>
    </Dialog>
  );
}
