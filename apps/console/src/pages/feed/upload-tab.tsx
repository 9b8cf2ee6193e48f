import { useUpload } from '../../api/uploads.ts';
import { Section } from '../../components/page.tsx';
import { Note } from '../../components/states.tsx';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { takesUpdates } from './feed-deeds.ts';
import type { FeedTabProps } from './feed-tab-props.ts';
import { UploadForm } from './upload-form.tsx';
import { UploadView } from './upload-view.tsx';

/** Sends a file of updates to the feed. */
export function UploadTab({ feed }: FeedTabProps) {
  const may = useMay('operate');
  const uploading = useUpload(feed.id);
  const { upload } = uploading;
  if (upload !== undefined) return <UploadView upload={upload} uploading={uploading} />;
  return (
    <Section title={t('feed.upload.title')} lead={t('feed.upload.lead')}>
      {!may ? (
        <Note>{t('feed.upload.notAllowed')}</Note>
      ) : takesUpdates(feed.status) ? (
        <UploadForm onStart={uploading.start} />
      ) : (
        <Note tone="warn">{t('feed.upload.notActive', { status: t(`feeds.status.${feed.status}`) })}</Note>
      )}
    </Section>
  );
}
