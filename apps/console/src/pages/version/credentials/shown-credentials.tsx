import type { WorkerCredentials } from '@batchfeed/schemas';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Note } from '../../../components/states.tsx';
import { t } from '../../../texts/text.ts';
import { workerEnvironment } from './worker-environment.ts';

/** Credentials, the only time their token is shown, as the environment of a plugin that runs beside the platform. */
export function ShownCredentials({ credentials }: { readonly credentials: WorkerCredentials }) {
  return (
    <div className="stack">
      <Note tone="warn">{t('plugins.credentials.shownOnce')}</Note>
      <CodeBlock label={t('plugins.credentials.worker')} text={credentials.worker_id} />
      <CodeBlock label={t('plugins.credentials.token')} text={credentials.authentication_token} />
      <CodeBlock label={t('plugins.credentials.environment')} text={workerEnvironment(credentials, location)} />
    </div>
  );
}
