import type { HTMLInputAutoCompleteAttribute, ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components/TextField';
import type { FieldState } from '../forms/use-form.ts';
import { t } from '../texts/text.ts';
import { classNames } from './class-names.ts';
import './field.css';

interface FieldProps {
  readonly field: FieldState<string>;
  readonly label: string;
  /** What it means, in which unit, and what happens without it. Always visible: nobody looks for explanations. */
  readonly help?: ReactNode;
  readonly type?: 'text' | 'password' | 'url' | 'search';
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'url';
  /** Behind what is typed, such as "lines" or "ms". */
  readonly unit?: string;
  readonly placeholder?: string;
  readonly optional?: boolean;
  readonly mono?: boolean;
  readonly multiline?: boolean;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
  readonly autoComplete?: HTMLInputAutoCompleteAttribute;
  /** Under the field: what the value means in another unit. */
  readonly echo?: ReactNode;
}

/** A labelled text or number, checked while it is typed, with its explanation. */
export function Field({
  field,
  label,
  help,
  unit,
  placeholder,
  optional,
  mono,
  multiline,
  disabled,
  echo,
  ...input
}: FieldProps) {
  return (
    <TextField
      className="field"
      name={field.name}
      value={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      isInvalid={field.error !== undefined}
      isDisabled={disabled ?? false}
      validationBehavior="aria"
      autoComplete={input.autoComplete ?? 'off'}
      type={input.type ?? 'text'}
      inputMode={input.inputMode ?? 'text'}
      // A field that somebody just asked for is where they want to type.
      autoFocus={input.autoFocus ?? false}
    >
      <FieldLabel label={label} optional={optional} />
      {help ? (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      ) : null}
      <div className={classNames('field-box', unit !== undefined && 'field-with-unit')}>
        {multiline ? (
          <TextArea
            className={classNames('field-input', mono && 'mono')}
            placeholder={placeholder ?? ''}
            rows={6}
            spellCheck="false"
          />
        ) : (
          <Input
            className={classNames('field-input', mono && 'mono')}
            placeholder={placeholder ?? ''}
            spellCheck="false"
          />
        )}
        {unit ? <span className="field-unit">{unit}</span> : null}
      </div>
      <FieldError className="field-error">{field.error}</FieldError>
      {echo && field.error === undefined ? <span className="field-echo numeric">{echo}</span> : null}
    </TextField>
  );
}

export function FieldLabel({ label, optional }: { readonly label: string; readonly optional?: boolean | undefined }) {
  return (
    <Label className="field-label">
      {label} {optional ? <span className="field-optional">({t('common.optional')})</span> : null}
    </Label>
  );
}
