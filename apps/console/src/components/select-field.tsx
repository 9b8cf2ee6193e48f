import { type ReactNode, useId } from 'react';
import type { FieldState } from '../forms/use-form.ts';
import './field.css';

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

interface SelectFieldProps<T extends string> {
  readonly field: Pick<FieldState<T>, 'name' | 'value' | 'onChange'> & Partial<FieldState<T>>;
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly help?: ReactNode;
  /** For filters: the label is for screen readers alone. */
  readonly labelHidden?: boolean;
  readonly disabled?: boolean;
}

/** One of several. The browser's own list: nothing serves keyboards, screen readers and thumbs better. */
export function SelectField<T extends string>({
  field,
  label,
  choices,
  help,
  labelHidden,
  disabled,
}: SelectFieldProps<T>) {
  const id = useId();
  const { error } = field;
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].join(' ').trim();
  return (
    <div className="field">
      <label className={labelHidden ? 'visually-hidden' : 'field-label'} htmlFor={id}>
        {label}
      </label>
      {help ? (
        <span className="field-help" id={`${id}-help`}>
          {help}
        </span>
      ) : null}
      <select
        id={id}
        className="field-input field-select"
        name={field.name}
        value={field.value}
        disabled={disabled}
        aria-invalid={error !== undefined}
        aria-describedby={described || undefined}
        onChange={(event) => field.onChange(event.currentTarget.value as T)}
        onBlur={field.onBlur}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      {error ? (
        <span className="field-error" id={`${id}-error`}>
          {error}
        </span>
      ) : null}
    </div>
  );
}
