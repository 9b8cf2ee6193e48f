import { type BatchDetail, batchesEventSchema } from '@batchfeed/schemas';
import { Link, useParams } from 'react-router';
import { hasStatus } from '../../api/api-error.ts';
import { revealBatch, useBatch, useBatchLines, useBatchRefresh } from '../../api/batches.ts';
import { path } from '../../api/client.ts';
import { BatchStatePill } from '../../components/batch-state-pill.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { LinesSection } from '../../components/lines/lines-section.tsx';
import { LiveMark } from '../../components/live-mark.tsx';
import { LongText } from '../../components/long-text.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { Sentence } from '../../components/sentence.tsx';
import { EmptyState } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { formatBytes, formatCount } from '../../format/numbers.ts';
import { liveEvent, useLive } from '../../live/use-live.ts';
import { t } from '../../texts/text.ts';
import { AttemptList } from './attempt-list.tsx';
import './batches.css';

/** One batch: what became of it, every attempt, its lines. */
export function BatchPage() {
  const { feedId = '', batchId = '' } = useParams();
  const batch = useBatch(feedId, batchId);
  const isGone = hasStatus(batch.error, 404);
  const refresh = useBatchRefresh(feedId, batchId);
  const live = useLive({
    feedId,
    events: {
      batches: liveEvent(batchesEventSchema, ({ batches, more }) => {
        if (more > 0 || batches.some(({ batch_id: id }) => id === batchId)) void refresh();
      }),
    },
    onReopened: () => void refresh(),
    enabled: !isGone,
  });
  return (
    <Page
      title={t('batches.one.title', { id: batchId })}
      lead={t('batches.one.lead')}
      back={{ to: path`/feeds/${feedId}/batches`, label: t('batches.title') }}
      marks={
        <>
          {batch.data ? <BatchStatePill state={batch.data.state} /> : null}
          {isGone ? null : <LiveMark state={live} />}
        </>
      }
      actions={
        <>
          {batch.data?.state === 'dead' ? (
            <Link className="button button-secondary button-small" to={path`/feeds/${feedId}/dead-letters`}>
              {t('batches.deadLetters')}
            </Link>
          ) : null}
          <CopyButton text={batchId} label={t('batches.one.copyId')} />
        </>
      }
    >
      {isGone ? (
        <Section>
          <EmptyState title={t('batches.one.goneTitle')}>{t('batches.one.gone')}</EmptyState>
        </Section>
      ) : (
        <QueryView query={batch}>{(found) => <BatchView feedId={feedId} batch={found} />}</QueryView>
      )}
    </Page>
  );
}

function BatchView({ feedId, batch }: { readonly feedId: string; readonly batch: BatchDetail }) {
  return (
    <div className="stack">
      <Section title={t('batches.one.explain')}>
        <ol className="explanation" aria-live="polite">
          {[...new Set(batch.explanation)].map((sentence) => (
            <li key={sentence}>
              <Sentence text={sentence} />
            </li>
          ))}
        </ol>
      </Section>
      <Section>
        <BatchFacts batch={batch} />
      </Section>
      <Section title={t('batches.attempt.title')}>
        <AttemptList batch={batch} />
      </Section>
      {batch.lines_kept ? (
        <BatchLines feedId={feedId} batch={batch} />
      ) : (
        <Section title={t('lines.title')}>
          <EmptyState title={t(batch.state === 'sealed' ? 'lines.notKeptYet' : 'lines.notKept')} />
        </Section>
      )}
    </div>
  );
}

function BatchFacts({ batch }: { readonly batch: BatchDetail }) {
  const settled =
    batch.settled_ts !== null ? (
      <Time ts={batch.settled_ts} />
    ) : (
      t(batch.state === 'delivered' || batch.state === 'dead' ? 'batches.one.unknownSettled' : 'batches.one.notSettled')
    );
  return (
    <Facts
      facts={[
        [t('batches.one.key'), <LongText key="key" text={batch.grouping_key} most={20_000} />],
        [t('batches.one.lines'), formatCount(batch.lines)],
        [t('batches.one.bytes'), formatBytes(batch.bytes)],
        [t('batches.one.seal'), t(`batching.reason.${batch.seal_reason}`)],
        [t('batches.one.opened'), <Time key="opened" ts={batch.opened_ts} />],
        [t('batches.one.sealed'), <Time key="sealed" ts={batch.sealed_ts} />],
        [t('batches.one.settled'), settled],
        [t('batches.one.attempts'), formatCount(batch.attempts)],
        [t('batches.one.session'), <code key="session">{batch.session_id}</code>],
      ]}
    />
  );
}

function BatchLines({ feedId, batch }: { readonly feedId: string; readonly batch: BatchDetail }) {
  const { batch_id: batchId } = batch;
  const query = useBatchLines(feedId, batchId);
  return (
    <QueryView query={query}>
      {({ pages }) => (
        <LinesSection
          lines={pages.flat()}
          total={batch.lines}
          onEnd={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
          }}
          reveal={(range) => revealBatch(feedId, batchId, range)}
        />
      )}
    </QueryView>
  );
}
