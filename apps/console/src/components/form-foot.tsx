import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { ErrorNote } from './states.tsx';

interface FormFootProps {
  /** What the platform said against it, where no field says so already. */
  readonly error?: unknown;
  readonly submit: string;
  readonly isPending: boolean;
  readonly onCancel?: () => void;
}

/** The end of a form: what is wrong with it as a whole, and its buttons. */
export function FormFoot({ error, submit, isPending, onCancel }: FormFootProps) {
  return (
    <>
      <ErrorNote error={error} />
      <div className={classNames('row', onCancel && 'row-end')}>
        {onCancel ? <Button onPress={onCancel}>{t('common.action.cancel')}</Button> : null}
        <Button type="submit" look="primary" isPending={isPending}>
          {submit}
        </Button>
      </div>
    </>
  );
}
