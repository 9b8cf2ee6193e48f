import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { useFeedLedger, useSegment } from '../../api/feeds.ts';
import { Facts } from '../../components/facts.tsx';
import { LedgerBar } from '../../components/ledger-bar.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { Note } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { formatAge } from '../../format/times.ts';
import { t } from '../../texts/text.ts';
import { backlogText } from './backlog-text.ts';
import { circuitText } from './circuit-text.ts';
import { FeedCharts } from './feed-charts.tsx';
import type { FeedTabProps } from './feed-tab-props.ts';
import { ledgerParts } from './ledger-parts.ts';

/** How the feed fares right now. */
export function OverviewTab({ feed, live }: FeedTabProps) {
  return (
    <div className="stack">
      <Circuit feed={feed} live={live} />
      <Section title={t('feed.ledgerTitle')}>
        <Ledger feedId={feed.id} />
      </Section>
      <Section title={t('feed.chartsTitle')}>
        <FeedCharts points={live.points} now={live.now} />
      </Section>
      <Section>
        <FeedFacts feed={feed} live={live} />
      </Section>
    </div>
  );
}

function Circuit({ feed, live }: FeedTabProps) {
  const { tone, sentence, reason, next } = circuitText(feed.circuit ?? { state: 'CLOSED' }, feed.status, live.now);
  return (
    <Note tone={tone}>
      <p>
        {sentence} {next}
      </p>
      {feed.damage === undefined ? null : <p>{t('feed.damaged', { reason: feed.damage })}</p>}
      {reason === undefined ? null : <p className="small break">{t('feed.circuit.reason', { reason })}</p>}
    </Note>
  );
}

function Ledger({ feedId }: { readonly feedId: string }) {
  const query = useFeedLedger(feedId);
  return (
    <QueryView query={query}>
      {(ledger) => (
        <div className="feed-ledgers">
          {(['updates', 'lines'] as const).map((side) => (
            <LedgerBar
              key={side}
              label={t(`feed.ledger.title.${side}`)}
              parts={ledgerParts(ledger, side)}
              total={ledger[side].accepted}
            />
          ))}
        </div>
      )}
    </QueryView>
  );
}

function FeedFacts({ feed, live: { pulse, now } }: FeedTabProps) {
  const segment = useSegment(feed.segment_id);
  const oldest = pulse?.oldest_open_ts;
  return (
    <Facts
      facts={[
        [t('feed.fact.segment'), segment.data?.name ?? feed.segment_id],
        [
          t('feed.fact.plugin'),
          <Link key="plugin" to={path`/plugins/${feed.plugin_id}/versions/${feed.version_id}/batching`}>
            {t('feed.pluginVersion', { plugin: feed.artifact_id, version: feed.version_value })}
          </Link>,
        ],
        [t('feed.fact.session'), feed.session_id ?? t('feed.fact.noSession')],
        [t('feed.fact.waiting'), backlogText(feed.backlog)],
        [t('feed.fact.oldest'), oldest ? formatAge(now - oldest) : t('feed.fact.nothingOpen')],
        [t('feed.fact.created'), <Time key="created" ts={feed.created_ts} />],
        [t('feed.fact.id'), feed.id],
      ]}
    />
  );
}
