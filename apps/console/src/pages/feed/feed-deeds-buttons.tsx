import type { FeedResource } from '@batchfeed/schemas';
import { useState } from 'react';
import { type FeedDeed, useFeedDeed, useFeedLedger } from '../../api/feeds.ts';
import { Button, type ButtonLook } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import type { IconName } from '../../components/icon.tsx';
import { toast } from '../../components/toasts.tsx';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { deedsByStatus } from './feed-deeds.ts';

const looks: Readonly<Record<FeedDeed, { readonly look: ButtonLook; readonly icon?: IconName }>> = {
  activate: { look: 'primary', icon: 'play' },
  resume: { look: 'primary', icon: 'play' },
  pause: { look: 'secondary', icon: 'pause' },
  drain: { look: 'secondary' },
  delete: { look: 'quiet' },
};

/** What can be done to the feed, for those who may. What only begins something is done at once, the rest asks first. */
export function FeedDeeds({ feed }: { readonly feed: FeedResource }) {
  const may = useMay('operate');
  const deed = useFeedDeed(feed.id);
  const [asking, setAsking] = useState<FeedDeed>();
  if (!may) return null;
  const close = () => setAsking(undefined);
  const doIt = async (which: FeedDeed) => {
    await deed.mutateAsync({ deed: which });
    toast.done(t(`feed.deed.${which}.done`, { feed: feed.name }));
  };
  return (
    <>
      {deedsByStatus[feed.status].map((which) => (
        <Button
          key={which}
          {...looks[which]}
          isPending={deed.isPending && deed.variables.deed === which}
          onPress={() => (which === 'activate' ? void doIt(which).catch(toast.failed) : setAsking(which))}
        >
          {t(`feed.deed.${which}.label`)}
        </Button>
      ))}
      {asking === 'delete' ? (
        <DeleteDialog feed={feed} onClose={close} />
      ) : asking !== undefined ? (
        <ConfirmDialog
          title={t(`feed.deed.${asking}.title`, { feed: feed.name })}
          isOpen
          onClose={close}
          confirmLabel={t(`feed.deed.${asking}.label`)}
          onConfirm={() => doIt(asking)}
        >
          <p>{t(`feed.deed.${asking}.text`)}</p>
          {asking === 'drain' ? <OpenLines feedId={feed.id} /> : null}
        </ConfirmDialog>
      ) : null}
    </>
  );
}

function OpenLines({ feedId }: { readonly feedId: string }) {
  const { data } = useFeedLedger(feedId);
  return data ? <p>{t('feed.openLines', { count: data.lines.open })}</p> : null;
}
