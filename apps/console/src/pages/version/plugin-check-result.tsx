import type { PluginCheck } from '@batchfeed/schemas';
import { CodeBlock } from '../../components/code-block.tsx';
import { Note } from '../../components/states.tsx';
import { formatDuration } from '../../format/times.ts';
import { t } from '../../texts/text.ts';

/** What came of asking a plugin whether it is there. */
export function PluginCheckResult({ check }: { readonly check: PluginCheck }) {
  const ms = formatDuration(check.ms);
  const ready = check.problem === null;
  const headline = ready
    ? t('plugins.check.ready', { ms })
    : check.reachable
      ? t('plugins.check.reachable', { ms, status: String(check.status ?? '') })
      : t('plugins.check.unreachable');
  return (
    <div className="stack-tight">
      <Note tone={ready ? 'ok' : 'bad'} role="status">
        <p>{headline}</p>
        {check.problem ? <p className="break">{check.problem}</p> : null}
      </Note>
      {check.metadata ? (
        <CodeBlock label={t('plugins.check.metadata')} text={JSON.stringify(check.metadata, null, 2)} />
      ) : null}
    </div>
  );
}
