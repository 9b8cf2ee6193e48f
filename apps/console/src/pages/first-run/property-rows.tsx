import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { t } from '../../texts/text.ts';
import { isSecret, propertyFault, propertyTypeNames, type TypedProperty } from './property-values.ts';

interface PropertyRowsProps {
  readonly rows: readonly TypedProperty[];
  readonly onChange: (rows: readonly TypedProperty[]) => void;
  /** Whether what is wrong is said already. */
  readonly showFaults: boolean;
}

/** Properties of a feed, a row each. */
export function PropertyRows({ rows, onChange, showFaults }: PropertyRowsProps) {
  const change = (row: TypedProperty) => onChange(rows.map((other) => (other.key === row.key ? row : other)));
  const nextKey = Math.max(-1, ...rows.map(({ key }) => key)) + 1;
  return (
    <fieldset className="property-rows stack-tight">
      <legend className="field-label">{t('firstRun.feed.properties')}</legend>
      <p className="field-help">{t('firstRun.feed.propertiesHelp')}</p>
      {rows.map((row) => (
        <PropertyRow
          key={row.key}
          row={row}
          onChange={change}
          fault={showFaults ? propertyFault(row, rows) : undefined}
          onRemove={() => onChange(rows.filter(({ key }) => key !== row.key))}
        />
      ))}
      <div>
        <Button
          small
          icon="plus"
          onPress={() => onChange([...rows, { key: nextKey, name: '', type: 'STRING', value: '' }])}
        >
          {t('firstRun.feed.addProperty')}
        </Button>
      </div>
    </fieldset>
  );
}

interface PropertyRowProps {
  readonly row: TypedProperty;
  readonly onChange: (row: TypedProperty) => void;
  readonly onRemove: () => void;
  readonly fault: ReturnType<typeof propertyFault>;
}

function PropertyRow({ row, onChange, onRemove, fault }: PropertyRowProps) {
  const error = fault && t(`firstRun.feed.${fault}`);
  const quiet = { onBlur: () => undefined, error: undefined };
  return (
    <div className="property-row">
      <Field
        label={t('firstRun.feed.propertyName')}
        mono
        field={{
          ...quiet,
          name: `property-name-${row.key}`,
          value: row.name,
          onChange: (name) => onChange({ ...row, name }),
          error: fault === 'notOfType' ? undefined : error,
        }}
      />
      <SelectField
        label={t('firstRun.feed.propertyType')}
        field={{ name: `property-type-${row.key}`, value: row.type, onChange: (type) => onChange({ ...row, type }) }}
        choices={propertyTypeNames.map((value) => ({ value, label: value }))}
      />
      <Field
        label={t('firstRun.feed.propertyValue')}
        type={isSecret(row) ? 'password' : 'text'}
        autoComplete={isSecret(row) ? 'new-password' : 'off'}
        mono
        field={{
          ...quiet,
          name: `property-value-${row.key}`,
          value: row.value,
          onChange: (value) => onChange({ ...row, value }),
          error: fault === 'notOfType' ? error : undefined,
        }}
      />
      <Button
        icon="cross"
        look="quiet"
        aria-label={t('firstRun.feed.removeProperty', { name: row.name || t('firstRun.feed.unnamed') })}
        onPress={onRemove}
      />
    </div>
  );
}
