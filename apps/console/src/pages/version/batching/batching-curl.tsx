import type { BatchingConfiguration, BatchingConfigurationResource } from '@batchfeed/schemas';
import { addressOf, type Tagged } from '../../../api/client.ts';
import { type VersionRef, versionPath } from '../../../api/version-path.ts';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Section } from '../../../components/page.tsx';
import { t } from '../../../texts/text.ts';
import { curlCommand } from './curl-command.ts';

interface BatchingCurlProps {
  readonly versionRef: VersionRef;
  /** Undefined while what is typed can't be sent. */
  readonly body: BatchingConfiguration | undefined;
  readonly present: Tagged<BatchingConfigurationResource> | null;
}

/** What saving sends, as a command. */
export function BatchingCurl({ versionRef, body, present }: BatchingCurlProps) {
  if (!body) return null;
  const list = `${location.origin}${addressOf(`${versionPath(versionRef)}/batching_configurations`)}`;
  const text = present
    ? curlCommand({ method: 'PUT', url: `${list}/${present.value.id}`, body })
    : curlCommand({ method: 'POST', url: list, body });
  return (
    <Section title={t('batching.curl.title')} lead={t('batching.curl.lead')}>
      <CodeBlock label={t('batching.curl.label')} text={text} />
    </Section>
  );
}
