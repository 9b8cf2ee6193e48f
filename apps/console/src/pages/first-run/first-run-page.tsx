import { type ComponentType, type RefObject, useEffect, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { Page } from '../../components/page.tsx';
import { ErrorState, Loading, Note } from '../../components/states.tsx';
import { useMay, useSession } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { ActivateStep } from './activate-step.tsx';
import { BatchingStep } from './batching-step.tsx';
import { ConnectStep } from './connect-step.tsx';
import { CredentialsStep } from './credentials-step.tsx';
import { FeedStep } from './feed-step.tsx';
import { currentStep, type FirstRunStep, firstRunSteps } from './first-run-state.ts';
import { PluginStep } from './plugin-step.tsx';
import { SendStep } from './send-step.tsx';
import { StepCard } from './step-card.tsx';
import type { StepProps } from './step-props.ts';
import { stepSummary } from './step-summary.ts';
import { type FirstRun, useFirstRun } from './use-first-run.ts';

const steps: Readonly<Record<FirstRunStep, ComponentType<StepProps>>> = {
  plugin: PluginStep,
  credentials: CredentialsStep,
  connect: ConnectStep,
  batching: BatchingStep,
  feed: FeedStep,
  activate: ActivateStep,
  send: SendStep,
};

/** From an empty platform to the first delivered batch. */
export function FirstRunPage() {
  const run = useFirstRun();
  const mayAll = useMay('admin');
  const { role } = useSession();
  const before = useRef<FirstRunStep>(undefined);
  return (
    <Page
      title={t('firstRun.title')}
      lead={t('firstRun.lead')}
      actions={run.state.plugin ? <Button onPress={run.restart}>{t('firstRun.again')}</Button> : undefined}
    >
      {mayAll ? (
        <Steps run={run} before={before} />
      ) : (
        <Note tone="warn">{t('firstRun.needsAdmin', { role: t(`session.role.${role}`) })}</Note>
      )}
    </Page>
  );
}

interface StepsProps {
  readonly run: FirstRun;
  /** The step that was the current one. */
  readonly before: RefObject<FirstRunStep | undefined>;
}

function Steps({ run, before }: StepsProps) {
  const list = useRef<HTMLOListElement>(null);
  const current = run.mustKeepToken ? 'credentials' : currentStep(run.state);
  const index = firstRunSteps.indexOf(current);
  const Step = steps[current];
  // The step that has become the current one is where to go on; the page that just opened begins at its heading.
  useEffect(() => {
    if (run.isLoading) return;
    const moved = before.current !== undefined && before.current !== current;
    before.current = current;
    if (moved) list.current?.querySelector<HTMLElement>('[aria-current="step"] h2')?.focus();
  }, [current, run.isLoading, before]);
  if (run.failed) return <ErrorState error={run.failed.error} onRetry={() => void run.failed?.refetch()} />;
  if (run.isLoading) return <Loading />;
  return (
    <>
      <p className="visually-hidden" role="status">
        {t('firstRun.progress', { step: index + 1, steps: firstRunSteps.length })}
      </p>
      <ol className="steps" ref={list}>
        {firstRunSteps.map((step, place) => (
          <StepCard
            key={step}
            number={place + 1}
            title={t(`firstRun.${step}.title`)}
            text={t(`firstRun.${step}.text`)}
            state={place < index ? 'done' : place === index ? 'current' : 'ahead'}
            summary={stepSummary(step, run.state)}
          >
            {place === index ? <Step run={run} /> : null}
          </StepCard>
        ))}
      </ol>
    </>
  );
}
