import type { UserSearchAnswer } from '@batchfeed/schemas';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { useFeedResource } from '../../api/feed-setup.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { HistoryNotes } from '../../components/history-notes.tsx';
import { Section } from '../../components/page.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { Sentence } from '../../components/sentence.tsx';
import { t } from '../../texts/text.ts';
import { UserEvents } from './user-events.tsx';
import { type UserOutcome, userOutcome } from './user-outcome.ts';
import { waitingSentences } from './waiting-sentences.ts';

const tones: Readonly<Record<UserOutcome, Tone>> = {
  waiting: 'info',
  delivered: 'ok',
  dead: 'bad',
  nothing: 'quiet',
  unknown: 'warn',
};

/** Everything that is known of a user in one feed: how it ended, what waits, and what happened. */
export function UserInFeed({ found }: { readonly found: UserSearchAnswer['feeds'][number] }) {
  const { feed_id: feedId, trace, events, more, waiting, incomplete_before_ts: incompleteBefore } = found;
  const feed = useFeedResource(feedId);
  const outcome = userOutcome(found);
  return (
    <Section>
      <div className="stack">
        <div className="row row-apart">
          <h2 className="break">
            <Link to={path`/feeds/${feedId}`}>
              <RawText text={feed.data?.name ?? feedId} />
            </Link>
          </h2>
          <span className="row small">
            <span className="muted">{t('users.trace')}</span>
            <code className="break">{trace}</code>
            <CopyButton text={trace} />
          </span>
        </div>
        <p className="row">
          <Pill tone={tones[outcome]}>{t(`users.outcome.${outcome}`)}</Pill>
          <span>{t(`users.outcomeText.${outcome}`)}</span>
          {outcome === 'dead' ? <Link to={path`/feeds/${feedId}/dead-letters`}>{t('users.toDeadLetters')}</Link> : null}
        </p>
        {waiting.length > 0 ? <Waiting waiting={waiting} /> : null}
        <div className="stack-tight">
          <h3>{t('users.eventsTitle')}</h3>
          {/* Gaps concern every feed, and are told of once for all of them. */}
          <HistoryNotes incompleteBefore={incompleteBefore} gaps={[]} />
          {more ? <p className="muted">{t('users.more')}</p> : null}
          {events.length === 0 ? (
            <p className="muted">{t('users.noEvents')}</p>
          ) : (
            <UserEvents feedId={feedId} events={events} />
          )}
        </div>
      </div>
    </Section>
  );
}

function Waiting({ waiting }: { readonly waiting: UserSearchAnswer['feeds'][number]['waiting'] }) {
  return (
    <div className="stack-tight">
      <h3>{t('users.waitingTitle')}</h3>
      <ul className="user-waiting">
        {waiting.map((found, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an answer never changes, and what waits has no other name.
          <li key={index}>
            {waitingSentences(found).map((sentence) => (
              <p key={sentence}>
                <Sentence text={sentence} />
              </p>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}
