import { type DeadLetterGroup, pulseEventSchema } from '@batchfeed/schemas';
import { useRef, useState } from 'react';
import { Link, useParams } from 'react-router';
import { path } from '../../api/client.ts';
import { useDeadLetterGroups, useDeadLettersRefresh } from '../../api/dead-letters.ts';
import { Button } from '../../components/button.tsx';
import { LiveMark } from '../../components/live-mark.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useFeedBack } from '../../components/use-feed-back.ts';
import { liveEvent, useLive } from '../../live/use-live.ts';
import { useSoon } from '../../live/use-soon.ts';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { ConfirmReplay } from './confirm-replay.tsx';
import { DeedsSection } from './deeds-section.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { GroupList } from './group-list.tsx';
import { LetterList } from './letter-list.tsx';
import { type ReplayRequest, replayOfAll, replayOfGroup } from './replay-request.ts';
import './dead-letters.css';

/** What was given up of a feed: why, what is in it, and sending it again. */
export function DeadLettersPage() {
  const { feedId = '' } = useParams();
  const groups = useDeadLetterGroups(feedId);
  const live = useLiveDeadLetters(feedId);
  return (
    <Page
      title={t('deadLetters.title')}
      lead={t('deadLetters.lead')}
      back={useFeedBack(feedId)}
      marks={<LiveMark state={live} />}
      actions={
        <Link className="button button-secondary" to={path`/feeds/${feedId}/batches`}>
          {t('deadLetters.batches')}
        </Link>
      }
    >
      <div className="stack">
        <QueryView query={groups} isEmpty={(found) => found.length === 0} empty={<NoLetters />}>
          {(found) => <Letters feedId={feedId} groups={found} />}
        </QueryView>
        <DeedsSection feedId={feedId} />
      </div>
    </Page>
  );
}

function NoLetters() {
  return (
    <Section>
      <EmptyState icon="check" title={t('deadLetters.noneTitle')}>
        {t('deadLetters.none')}
      </EmptyState>
    </Section>
  );
}

/** How soon they are read again after some died or were replayed: all of them are looked through for that. */
const AGAIN_MS = 2_000;

/** The pulse tells how many dead letters there are: when that changes, they are read again. */
function useLiveDeadLetters(feedId: string) {
  const refresh = useDeadLettersRefresh(feedId);
  const refreshSoon = useSoon(() => void refresh(), AGAIN_MS);
  const known = useRef<string>(undefined);
  return useLive({
    feedId,
    events: {
      pulse: liveEvent(pulseEventSchema, ({ ledger: { updates, lines } }) => {
        const now = [updates.dead, updates.replayed, lines.dead, lines.replayed].join();
        if (known.current !== undefined && known.current !== now) refreshSoon();
        known.current = now;
      }),
    },
    onReopened: () => void refresh(),
  });
}

function Letters({ feedId, groups }: { readonly feedId: string; readonly groups: readonly DeadLetterGroup[] }) {
  const mayAct = useMay('operate');
  const [group, setGroup] = useState<string>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [request, setRequest] = useState<ReplayRequest>();
  const [exporting, setExporting] = useState(false);
  const refresh = useDeadLettersRefresh(feedId);
  // The chosen group is empty as soon as all of it was replayed.
  const chosen = groups.find((found) => found.group === group);
  const shown = chosen ? [chosen] : groups;
  return (
    <>
      <Section title={t('deadLetters.groups')} lead={t('deadLetters.groupsLead')}>
        <GroupList
          groups={groups}
          chosen={chosen?.group}
          onChoose={(next) => {
            setGroup(next);
            setSelected(new Set());
          }}
        />
      </Section>
      <Section
        title={t(chosen ? 'deadLetters.ofGroup' : 'deadLetters.allGroups')}
        flush
        actions={
          mayAct ? (
            <>
              <Button small icon="download" onPress={() => setExporting(true)}>
                {t('deadLetters.export')}
              </Button>
              <Button
                small
                icon="replay"
                onPress={() => setRequest(chosen ? replayOfGroup(chosen) : replayOfAll(groups))}
              >
                {t(chosen ? 'deadLetters.replayGroup' : 'deadLetters.replayAll')}
              </Button>
            </>
          ) : undefined
        }
      >
        <LetterList
          feedId={feedId}
          group={chosen?.group}
          selected={selected}
          onSelect={mayAct ? setSelected : undefined}
          onReplay={setRequest}
        />
      </Section>
      <ConfirmReplay
        feedId={feedId}
        request={request}
        onClose={() => setRequest(undefined)}
        onReplayed={() => setSelected(new Set())}
      />
      {exporting ? (
        <ExportDialog
          feedId={feedId}
          group={chosen?.group}
          count={shown.reduce((sum, { count }) => sum + count, 0)}
          onClose={() => setExporting(false)}
          onStarted={() => {
            setExporting(false);
            // It is in the audit as soon as it has begun.
            setTimeout(() => void refresh(), 500);
          }}
        />
      ) : null}
    </>
  );
}
