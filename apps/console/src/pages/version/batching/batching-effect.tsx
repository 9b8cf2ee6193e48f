import type { BatchingPolicy, BatchingEffect as Effect } from '@batchfeed/schemas';
import { useBatchingEffect } from '../../../api/batching.ts';
import type { VersionRef } from '../../../api/version-path.ts';
import { Button } from '../../../components/button.tsx';
import { Section } from '../../../components/page.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { formatCount } from '../../../format/numbers.ts';
import { useSettled } from '../../../forms/use-settled.ts';
import { t } from '../../../texts/text.ts';

interface EffectProps {
  readonly versionRef: VersionRef;
  /** Undefined while what is typed is no policy. */
  readonly policy: BatchingPolicy | undefined;
}

/** What saving would do to the batches that are open right now. */
export function BatchingEffect({ versionRef, policy }: EffectProps) {
  const settled = useSettled(policy);
  return (
    <Section title={t('batching.effect.title')}>
      {settled ? (
        <EffectOf versionRef={versionRef} policy={settled} />
      ) : (
        <p className="muted">{t('batching.effect.invalid')}</p>
      )}
    </Section>
  );
}

export function EffectOf({ versionRef, policy }: EffectProps & { readonly policy: BatchingPolicy }) {
  const query = useBatchingEffect(versionRef, policy);
  return (
    <QueryView query={query}>
      {(effect) => (
        <div className="stack-tight" role="status">
          <p>{summary(effect)}</p>
          {released(effect) > 0 ? <p>{t('batching.effect.released', { count: released(effect) })}</p> : null}
          <EffectList effect={effect} />
          <div className="row">
            <Button small look="quiet" isPending={query.isFetching} onPress={() => void query.refetch()}>
              {t('batching.effect.refresh')}
            </Button>
          </div>
        </div>
      )}
    </QueryView>
  );
}

function EffectList({ effect: { feeds } }: { readonly effect: Effect }) {
  if (feeds.length === 0) return null;
  return (
    <table className="figures">
      <thead>
        <tr>
          <th scope="col">{t('batching.effect.feed')}</th>
          <th scope="col">{t('batching.effect.open')}</th>
          <th scope="col">{t('batching.effect.sealed')}</th>
        </tr>
      </thead>
      <tbody>
        {feeds.map((feed) => (
          <tr key={feed.feed_id}>
            <th scope="row" className="break">
              {feed.name}
            </th>
            <td>{groups(feed.open_groups, feed.open_lines)}</td>
            <td>{groups(feed.seal_now_groups, feed.seal_now_lines)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const groups = (count: number, lines: number): string =>
  t('batching.effect.groups', { count, lines: formatCount(lines) });

const released = (effect: Effect): number => sumOf(effect, (feed) => feed.released_lines);

function sumOf({ feeds }: Effect, of: (feed: Effect['feeds'][number]) => number): number {
  return feeds.reduce((sum, feed) => sum + of(feed), 0);
}

function summary(effect: Effect): string {
  const { feeds } = effect;
  const sum = (of: (feed: Effect['feeds'][number]) => number) => sumOf(effect, of);
  const sealed = sum((feed) => feed.seal_now_groups);
  if (feeds.length === 0) return t('batching.effect.none');
  if (sealed === 0) return t('batching.effect.nothing', { count: sum((feed) => feed.open_groups) });
  return t('batching.effect.sum', { count: sealed, lines: formatCount(sum((feed) => feed.seal_now_lines)) });
}
