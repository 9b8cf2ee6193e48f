import { useActivate } from '../../api/feed-setup.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/states.tsx';
import { t } from '../../texts/text.ts';
import type { StepProps } from './step-props.ts';

/** The plugin creates the segment at the partner and connects to it. */
export function ActivateStep({ run }: StepProps) {
  const activate = useActivate(run.state.feed?.id ?? '');
  return (
    <>
      <ErrorNote error={activate.error} />
      <div className="row">
        <Button look="primary" icon="play" isPending={activate.isPending} onPress={() => activate.mutate()}>
          {t('firstRun.activate.submit')}
        </Button>
      </div>
    </>
  );
}
