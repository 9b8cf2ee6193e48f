import type { DeadLetterDetail } from '@batchfeed/schemas';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { hasStatus } from '../../api/api-error.ts';
import { path } from '../../api/client.ts';
import { revealDeadLetter, useDeadLetter, useDeadLetterLines } from '../../api/dead-letters.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { LinesSection } from '../../components/lines/lines-section.tsx';
import { LongText } from '../../components/long-text.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Pill } from '../../components/pill.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { formatCount } from '../../format/numbers.ts';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { ConfirmReplay } from './confirm-replay.tsx';
import { type ReplayRequest, replayOf } from './replay-request.ts';
import './dead-letters.css';

/** One dead letter: why it died and what is in it. */
export function DeadLetterPage() {
  const { feedId = '', letterId = '' } = useParams();
  const letter = useDeadLetter(feedId, letterId);
  const mayReplay = useMay('operate');
  const navigate = useNavigate();
  const [request, setRequest] = useState<ReplayRequest>();
  const list = path`/feeds/${feedId}/dead-letters`;
  const { data } = letter;
  return (
    <Page
      title={t('deadLetters.one.title', {
        what: data ? t(`deadLetters.one.what.${data.stage}`) : '',
        id: data?.batch_id ?? letterId,
      })}
      back={{ to: list, label: t('deadLetters.title') }}
      actions={
        data && mayReplay ? (
          <Button look="primary" icon="replay" onPress={() => setRequest(replayOf([data]))}>
            {t('deadLetters.replayOne')}
          </Button>
        ) : undefined
      }
    >
      {letter.isError && hasStatus(letter.error, 404) ? (
        <Section>
          <EmptyState
            title={t('deadLetters.one.goneTitle')}
            action={<Link to={list}>{t('deadLetters.one.allLetters')}</Link>}
          >
            {t('deadLetters.one.gone')}
          </EmptyState>
        </Section>
      ) : (
        <QueryView query={letter}>{(found) => <LetterView feedId={feedId} letter={found} />}</QueryView>
      )}
      <ConfirmReplay
        feedId={feedId}
        request={request}
        onClose={() => setRequest(undefined)}
        onReplayed={() => void navigate(list)}
      />
    </Page>
  );
}

function LetterView({ feedId, letter }: { readonly feedId: string; readonly letter: DeadLetterDetail }) {
  const lines = useDeadLetterLines(feedId, letter.id);
  return (
    <div className="stack">
      <Section title={t('deadLetters.one.reason')}>
        <div className="stack">
          <div className="stack-tight">
            <div className="row">
              <Pill tone="bad">
                {letter.http_status === undefined
                  ? t('deadLetters.one.noStatus')
                  : t('batches.attempt.status', { status: String(letter.http_status) })}
              </Pill>
              <span className="muted small">{t(`deadLetters.stageHelp.${letter.stage}`)}</span>
            </div>
            <p>
              <LongText text={letter.reason} most={5_000} />
            </p>
          </div>
          {letter.excerpt ? <CodeBlock label={t('deadLetters.one.excerpt')} text={letter.excerpt} /> : null}
          <LetterFacts letter={letter} />
          {letter.stage === 'batch' ? (
            <p>
              <Link to={path`/feeds/${feedId}/batches/${letter.batch_id}`}>{t('deadLetters.one.openBatch')}</Link>
            </p>
          ) : null}
        </div>
      </Section>
      <QueryView query={lines}>
        {({ pages }) => (
          <LinesSection
            lines={pages.flat()}
            total={letter.lines}
            onEnd={() => {
              if (lines.hasNextPage && !lines.isFetchingNextPage) void lines.fetchNextPage();
            }}
            reveal={(range) => revealDeadLetter(feedId, letter.id, range)}
          />
        )}
      </QueryView>
    </div>
  );
}

function LetterFacts({ letter }: { readonly letter: DeadLetterDetail }) {
  const key = letter.grouping_key;
  return (
    <Facts
      facts={[
        [
          t('deadLetters.one.id'),
          <span key="id" className="row">
            <code>{letter.batch_id}</code> <CopyButton text={letter.batch_id} />
          </span>,
        ],
        ...(key === undefined
          ? []
          : [[t('deadLetters.one.key'), <LongText key="key" text={key} most={20_000} />] as const]),
        [t('deadLetters.one.lines'), formatCount(letter.lines)],
        [t('deadLetters.one.attempts'), formatCount(letter.attempts)],
        [t('deadLetters.one.died'), <Time key="died" ts={letter.dead_ts} />],
      ]}
    />
  );
}
