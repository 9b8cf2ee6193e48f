import { useIssueWorker } from '../../api/worker-credentials.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/states.tsx';
import { t } from '../../texts/text.ts';
import { ShownCredentials } from '../version/credentials/shown-credentials.tsx';
import type { StepProps } from './step-props.ts';

/** Credentials for the plugin, shown until the reader says that it is started with them. */
export function CredentialsStep({ run }: StepProps) {
  const issue = useIssueWorker(run.ref);
  const have = run.state.workers?.length ?? 0;
  const issueButton = (
    <Button look={have === 0 ? 'primary' : 'secondary'} isPending={issue.isPending} onPress={() => issue.mutate()}>
      {have === 0 ? t('firstRun.credentials.issue') : t('firstRun.credentials.another')}
    </Button>
  );
  return (
    <>
      {issue.data ? <ShownCredentials credentials={issue.data} /> : null}
      {have > 0 && !issue.data ? <p>{t('firstRun.credentials.have', { count: have })}</p> : null}
      <ErrorNote error={issue.error} />
      <div className="row">
        {issue.data ? null : issueButton}
        {have > 0 ? (
          <Button look="primary" onPress={run.confirmStarted}>
            {t('firstRun.credentials.next')}
          </Button>
        ) : null}
      </div>
    </>
  );
}
