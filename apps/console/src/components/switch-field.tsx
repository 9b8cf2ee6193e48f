import type { ReactNode } from 'react';
import { Switch } from 'react-aria-components/Switch';
import type { FieldState } from '../forms/use-form.ts';
import './field.css';

interface SwitchFieldProps {
  readonly field: Pick<FieldState<boolean>, 'name' | 'value' | 'onChange'>;
  readonly label: string;
  readonly help?: ReactNode;
  readonly disabled?: boolean;
}

/** On or off, with its explanation. */
export function SwitchField({ field, label, help, disabled = false }: SwitchFieldProps) {
  const helpId = `${field.name}-help`;
  return (
    <div className="field">
      <Switch
        className="switch"
        name={field.name}
        isSelected={field.value}
        onChange={field.onChange}
        isDisabled={disabled}
        {...(help ? { 'aria-describedby': helpId } : {})}
      >
        <span className="switch-track" aria-hidden="true" />
        <span className="field-label">{label}</span>
      </Switch>
      {help ? (
        <span className="field-help" id={helpId}>
          {help}
        </span>
      ) : null}
    </div>
  );
}
