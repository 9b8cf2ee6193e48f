import type { FeedResource, UpdateLine } from '@batchfeed/schemas';
import { useState } from 'react';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { useSendUpdates } from '../../api/feed-setup.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote, Note } from '../../components/states.tsx';
import { t } from '../../texts/text.ts';
import { ArrivalView } from './arrival-view.tsx';
import type { StepProps } from './step-props.ts';
import { testUsers } from './test-users.ts';

/** Ten users, and what becomes of them, live. */
export function SendStep({ run }: StepProps) {
  const { feed } = run.state;
  return feed ? <Sending feed={feed} /> : null;
}

function Sending({ feed }: { readonly feed: FeedResource }) {
  const sending = useSendUpdates(feed.id);
  const [sent, setSent] = useState<{ operation: UpdateLine['operation']; count: number }>();
  const send = (operation: UpdateLine['operation']) =>
    sending.mutate(testUsers(operation), {
      onSuccess: ({ accepted }) => setSent({ operation, count: accepted }),
    });
  return (
    <>
      <div className="row">
        <Button
          look={sent ? 'secondary' : 'primary'}
          icon="user"
          isPending={sending.isPending}
          onPress={() => send('UPSERT')}
        >
          {sent ? t('firstRun.send.again') : t('firstRun.send.submit')}
        </Button>
        {sent ? (
          <Button isDisabled={sending.isPending} onPress={() => send('DELETE')}>
            {t('firstRun.send.remove')}
          </Button>
        ) : null}
        <Link className="button button-quiet" to={path`/feeds/${feed.id}`}>
          {t('firstRun.send.openFeed')}
        </Link>
      </div>
      <ErrorNote error={sending.error} />
      {sent ? (
        <Note role="status">
          {sent.operation === 'UPSERT'
            ? t('firstRun.send.sent', { count: sent.count })
            : t('firstRun.send.removed', { count: sent.count })}
        </Note>
      ) : null}
      <ArrivalView feedId={feed.id} waiting={sent !== undefined} />
    </>
  );
}
