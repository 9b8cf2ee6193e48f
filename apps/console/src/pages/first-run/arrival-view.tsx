import {
  type BatchState,
  type BatchSummary,
  batchesEventSchema,
  type PulseEvent,
  pulseEventSchema,
} from '@batchfeed/schemas';
import { useState } from 'react';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { useLatestBatches } from '../../api/feed-setup.ts';
import { LedgerBar, type LedgerPart } from '../../components/ledger-bar.tsx';
import { LiveMark } from '../../components/live-mark.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { Note } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { liveEvent, useLive } from '../../live/use-live.ts';
import { t } from '../../texts/text.ts';
import { mergeBatches } from './merge-batches.ts';

/** How many batches are shown: it is about the first one. */
const SHOWN = 5;

interface ArrivalViewProps {
  readonly feedId: string;
  /** Whether something was sent, so that something is bound to come. */
  readonly waiting: boolean;
}

/** Where the updates of a feed are and the batches they become, as it happens. */
export function ArrivalView({ feedId, waiting }: ArrivalViewProps) {
  const latest = useLatestBatches(feedId, SHOWN);
  const [pulse, setPulse] = useState<PulseEvent>();
  const [changed, setChanged] = useState<readonly BatchSummary[]>([]);
  const live = useLive({
    feedId,
    events: {
      pulse: liveEvent(pulseEventSchema, setPulse),
      batches: liveEvent(batchesEventSchema, ({ batches }) =>
        setChanged((before) => mergeBatches(before, batches, SHOWN)),
      ),
    },
    onReopened: () => void latest.refetch(),
  });
  const batches = mergeBatches(latest.data?.data ?? [], changed, SHOWN);
  return (
    <div className="stack">
      <LiveMark state={live} />
      {pulse ? (
        <LedgerBar
          label={t('firstRun.send.updates')}
          parts={updateParts(pulse)}
          total={pulse.statistics.updates.accepted}
        />
      ) : null}
      <Outcome batches={batches} waiting={waiting} />
      {batches.length > 0 ? <BatchList feedId={feedId} batches={batches} /> : null}
    </div>
  );
}

const stages = [
  ['open', 'info'],
  ['in_flight', 2],
  ['processed', 'ok'],
  ['no_eligible_identifier', 'quiet'],
  ['dead', 'bad'],
] as const;

function updateParts({ statistics: { updates } }: PulseEvent): LedgerPart[] {
  return stages.map(([id, colour]) => ({ id, label: t(`firstRun.send.stage.${id}`), value: updates[id], colour }));
}

function Outcome({ batches, waiting }: { readonly batches: readonly BatchSummary[]; readonly waiting: boolean }) {
  const delivered = batches.some(({ state }) => state === 'delivered');
  const dead = batches.some(({ state }) => state === 'dead');
  return (
    <div role="status">
      {dead ? <Note tone="bad">{t('firstRun.send.dead')}</Note> : null}
      {delivered && !dead ? <Note tone="ok">{t('firstRun.send.first')}</Note> : null}
      {batches.length === 0 && waiting ? <p className="muted">{t('firstRun.send.waiting')}</p> : null}
    </div>
  );
}

const tones: Readonly<Record<BatchState, Tone>> = {
  sealed: 'info',
  in_flight: 'info',
  waiting: 'warn',
  split: 'warn',
  delivered: 'ok',
  dead: 'bad',
};

function BatchList({ feedId, batches }: { readonly feedId: string; readonly batches: readonly BatchSummary[] }) {
  return (
    <ul className="cards" aria-label={t('firstRun.send.batches')}>
      {batches.map((batch) => (
        <li key={batch.batch_id} className="card row row-apart">
          <Link className="mono break" to={path`/feeds/${feedId}/batches/${batch.batch_id}`}>
            {batch.grouping_key}
          </Link>
          <span className="small">
            {t('firstRun.send.lineCount', { count: batch.lines })},{' '}
            {t('firstRun.send.sealedBy', { reason: t(`batching.reason.${batch.seal_reason}`) })},{' '}
            <Time ts={batch.sealed_ts} quiet />
          </span>
          <Pill tone={tones[batch.state]}>{t(`firstRun.send.state.${batch.state}`)}</Pill>
        </li>
      ))}
    </ul>
  );
}
