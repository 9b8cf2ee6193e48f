import type { UserEvent } from '@batchfeed/schemas';
import { useState } from 'react';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { Time } from '../../components/time.tsx';
import { t } from '../../texts/text.ts';
import { eventDetails } from './event-details.ts';

const tones: Readonly<Record<UserEvent['kind'], Tone>> = {
  update_accepted: 'info',
  update_answered: 'info',
  update_retried: 'warn',
  update_dead: 'bad',
  line: 'info',
  batch_sealed: 'info',
  batch_attempt: 'quiet',
  batch_delivered: 'ok',
  batch_dead: 'bad',
  batch_split: 'warn',
  batch_replayed: 'warn',
};

/** Events that are shown at first, and how many more at a time. */
const SHOWN = 200;

/** What happened to a user in a feed, in order. Of many events the latest ones are shown first. */
export function UserEvents({ feedId, events }: { readonly feedId: string; readonly events: readonly UserEvent[] }) {
  const [most, setMost] = useState(SHOWN);
  const left = Math.max(0, events.length - most);
  return (
    <>
      {left > 0 ? (
        <Button small onPress={() => setMost(most + SHOWN)}>
          {t('users.earlier', { count: Math.min(left, SHOWN) })}
        </Button>
      ) : null}
      <ol className="user-events" start={left + 1}>
        {events.slice(left).map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an answer never changes, and its events have no other name.
          <li key={left + index}>
            <Time ts={event.ts} />
            <div className="user-event">
              <div className="row">
                <Pill tone={tones[event.kind]}>{t(`users.event.${event.kind}`)}</Pill>
                <Details event={event} />
              </div>
              <EventSource feedId={feedId} event={event} />
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

function Details({ event }: { readonly event: UserEvent }) {
  const details = eventDetails(event);
  if (details.length === 0) return null;
  return (
    <span className="break">
      <RawText text={details.join(' · ')} most={2_000} />
    </span>
  );
}

function EventSource({ feedId, event }: { readonly feedId: string; readonly event: UserEvent }) {
  const { batch_id: batchId, update_id: updateId, grouping_key: key } = event;
  if (batchId === undefined) {
    return updateId === undefined ? null : (
      <span className="muted small break">{t('users.detail.update', { id: updateId })}</span>
    );
  }
  return (
    <span className="small break">
      <Link to={path`/feeds/${feedId}/batches/${batchId}`}>{t('users.detail.batch', { id: batchId })}</Link>
      {key === undefined ? null : (
        <span className="muted">
          {' · '}
          <RawText text={key} most={120} />
        </span>
      )}
    </span>
  );
}
