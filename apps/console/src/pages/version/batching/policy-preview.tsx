import type { BatchingPolicy, PolicyPreview as Preview } from '@batchfeed/schemas';
import { useState } from 'react';
import { usePolicyPreview } from '../../../api/batching.ts';
import { useVersionFeeds } from '../../../api/version-feeds.ts';
import type { VersionRef } from '../../../api/version-path.ts';
import { Button } from '../../../components/button.tsx';
import { Section } from '../../../components/page.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { SelectField } from '../../../components/select-field.tsx';
import { ErrorNote, Note } from '../../../components/states.tsx';
import { formatDuration } from '../../../format/times.ts';
import { t } from '../../../texts/text.ts';
import { PreviewTable } from './preview-table.tsx';

interface PolicyPreviewProps {
  readonly versionRef: VersionRef;
  readonly policy: BatchingPolicy | undefined;
}

/** The simulator over the recent lines of a feed: the configuration in force against the one in the form. */
export function PolicyPreview({ versionRef, policy }: PolicyPreviewProps) {
  const feeds = useVersionFeeds(versionRef);
  const preview = usePolicyPreview(versionRef);
  const [chosen, setChosen] = useState<string>();
  const tried = preview.variables?.policy;
  const outdated = preview.data !== undefined && JSON.stringify(tried) !== JSON.stringify(policy);
  return (
    <Section title={t('batching.preview.title')} lead={t('batching.preview.lead')}>
      <QueryView
        query={feeds}
        isEmpty={(found) => found.length === 0}
        empty={<p className="muted">{t('batching.preview.noFeeds')}</p>}
      >
        {(found) => {
          const feedId = chosen ?? found[0]?.feed.id ?? '';
          return (
            <div className="stack">
              <div className="row preview-choice">
                <SelectField
                  label={t('batching.preview.feed')}
                  field={{ name: 'feed', value: feedId, onChange: setChosen }}
                  choices={found.map(({ feed }) => ({ value: feed.id, label: feed.name }))}
                />
                <Button
                  isDisabled={!policy}
                  isPending={preview.isPending}
                  onPress={() => policy && preview.mutate({ feed_id: feedId, policy })}
                >
                  {t('batching.preview.run')}
                </Button>
              </div>
              <ErrorNote error={preview.error} />
              {outdated ? <Note tone="warn">{t('batching.preview.outdated')}</Note> : null}
              {preview.data ? <PreviewResult preview={preview.data} /> : null}
            </div>
          );
        }}
      </QueryView>
    </Section>
  );
}

function PreviewResult({ preview }: { readonly preview: Preview }) {
  if (preview.arrivals === 0) return <Note>{t('batching.preview.noArrivals')}</Note>;
  const span = formatDuration((preview.to_ts ?? 0) - (preview.from_ts ?? 0));
  return (
    <div className="stack" role="status">
      <p className="muted small">{t('batching.preview.basis', { count: preview.arrivals, span })}</p>
      <PreviewTable before={preview.before} after={preview.after} />
      {preview.warnings.map((warning) => (
        <Note key={warning} tone="warn">
          <p className="break">{warning}</p>
        </Note>
      ))}
    </div>
  );
}
