import type { IngestReport } from '@batchfeed/schemas';
import { hasStatus } from '../../api/api-error.ts';
import { isUnderWay, type UploadState, type useUpload } from '../../api/uploads.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorNote, Note } from '../../components/states.tsx';
import { formatBytes, formatCount } from '../../format/numbers.ts';
import { formatDuration } from '../../format/times.ts';
import { t } from '../../texts/text.ts';
import { uploadProgress } from './upload-progress.ts';

interface UploadViewProps {
  readonly upload: UploadState;
  readonly uploading: ReturnType<typeof useUpload>;
}

/** How an upload goes, and what came of it. */
export function UploadView({ upload, uploading }: UploadViewProps) {
  return (
    <div className="stack">
      <Section title={t('feed.upload.progress', { name: upload.file.name })}>
        <div className="stack">
          {isUnderWay(upload) ? <Progress upload={upload} /> : <Outcome upload={upload} />}
          <div className="row">
            {isUnderWay(upload) ? (
              <Button onPress={uploading.stop}>{t('feed.upload.cancel')}</Button>
            ) : (
              <>
                {upload.phase === 'failed' ? (
                  <Button look="primary" icon="replay" onPress={() => uploading.goOn(upload)}>
                    {t('feed.upload.goOn')}
                  </Button>
                ) : null}
                <Button onPress={uploading.forget}>{t('feed.upload.another')}</Button>
              </>
            )}
          </div>
        </div>
      </Section>
      {upload.phase === 'done' && upload.report.rejected > 0 ? <Rejections report={upload.report} /> : null}
    </div>
  );
}

function Progress({ upload }: { readonly upload: UploadState }) {
  const { share, sent, perSecond } = uploadProgress(upload);
  const label = t('feed.upload.progress', { name: upload.file.name });
  const text =
    upload.phase === 'taking'
      ? t('feed.upload.taking')
      : t('feed.upload.sending', {
          sent: formatBytes(sent),
          size: formatBytes(upload.file.size),
          rate: formatBytes(perSecond),
        });
  return (
    <div className="stack-tight">
      <div
        className="feed-progress"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={text}
        data-indeterminate={upload.phase === 'taking'}
      >
        <div style={{ width: `${share * 100}%` }} />
      </div>
      <p className="numeric small">{text}</p>
    </div>
  );
}

function Outcome({ upload }: { readonly upload: UploadState }) {
  return (
    <div role="status" className="stack-tight">
      {upload.phase === 'stopped' ? <Note tone="warn">{t('feed.upload.stopped')}</Note> : null}
      {upload.phase === 'failed' ? (
        <>
          <ErrorNote error={upload.error} />
          <p className="muted small">
            {t(hasStatus(upload.error, 409) ? 'feed.upload.goOnSoon' : 'feed.upload.goOnHint')}
          </p>
        </>
      ) : null}
      {upload.phase === 'done' ? <Report report={upload.report} ms={upload.ms} /> : null}
    </div>
  );
}

function Report({ report, ms }: { readonly report: IngestReport; readonly ms: number }) {
  const whole = report.whole_segment;
  return (
    <Note tone={report.rejected === 0 ? 'ok' : 'warn'}>
      <p>
        {t(whole ? 'feed.upload.doneWhole' : 'feed.upload.done', { count: report.accepted })}{' '}
        {t('feed.upload.doneIn', { time: formatDuration(ms) })}
      </p>
      {report.rejected > 0 ? <p>{t('feed.upload.rejected', { count: report.rejected })}.</p> : null}
      {whole ? (
        <p>
          {t('feed.upload.whole', {
            upserts: whole.upserts,
            deletes: whole.deletes,
            unchanged: whole.unchanged,
          })}
        </p>
      ) : null}
      {whole && whole.deletes_withheld > 0 ? (
        <p>{t('feed.upload.withheld', { count: whole.deletes_withheld })}</p>
      ) : null}
    </Note>
  );
}

type Rejection = IngestReport['rejections'][number];

const columns: readonly Column<Rejection>[] = [
  {
    id: 'line',
    header: t('feed.upload.line'),
    width: '5rem',
    cell: ({ line }) => <span className="numeric">{formatCount(line)}</span>,
  },
  {
    id: 'path',
    header: t('feed.upload.path'),
    width: '1fr',
    from: 420,
    cell: ({ path }) =>
      path === '' ? <span className="muted">{t('feed.upload.wholeLine')}</span> : <code title={path}>{path}</code>,
  },
  {
    id: 'problem',
    header: t('feed.upload.problem'),
    width: '2fr',
    cell: ({ message }) => <span title={message}>{message}</span>,
  },
];

function Rejections({ report: { rejected, rejections } }: { readonly report: IngestReport }) {
  return (
    <Section
      title={t('feed.upload.rejected', { count: rejected })}
      lead={rejected > rejections.length ? t('feed.upload.rejectedFirst', { shown: rejections.length }) : undefined}
      flush
    >
      <DataTable
        label={t('feed.upload.rejections')}
        columns={columns}
        rows={rejections}
        rowKey={(row) => `${row.line} ${row.path} ${row.message}`}
      />
    </Section>
  );
}
