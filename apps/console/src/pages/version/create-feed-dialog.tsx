import { useNavigate } from 'react-router';
import { path } from '../../api/client.ts';
import { Dialog } from '../../components/dialog.tsx';
import { toast } from '../../components/toasts.tsx';
import { t } from '../../texts/text.ts';
import { FeedForm } from '../first-run/feed-form.tsx';
import type { VersionTabProps } from './version-tab-props.ts';

interface CreateFeedDialogProps extends Pick<VersionTabProps, 'plugin' | 'version'> {
  readonly onClose: () => void;
}

/** A feed of the version, with a segment of its own. */
export function CreateFeedDialog({ plugin, version, onClose }: CreateFeedDialogProps) {
  const navigate = useNavigate();
  return (
    <Dialog title={t('plugins.feeds.createTitle')} isOpen onClose={onClose} wide>
      <FeedForm
        plugin={plugin}
        version={version}
        onCancel={onClose}
        onCreated={(feed) => {
          toast.done(t('plugins.feeds.created', { name: feed.name }));
          void navigate(path`/feeds/${feed.id}`);
        }}
      />
    </Dialog>
  );
}
