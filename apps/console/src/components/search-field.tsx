import { t } from '../texts/text.ts';
import { Icon } from './icon.tsx';
import './field.css';

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Narrows a list while one types. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  return (
    <label className="search">
      <span className="visually-hidden">{label}</span>
      <Icon name="search" />
      <input
        className="field-input"
        type="search"
        name="search"
        value={value}
        placeholder={label}
        autoComplete="off"
        spellCheck="false"
        aria-label={label || t('common.action.search')}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
