import { SelectField } from '../components/select-field.tsx';
import { t } from '../texts/text.ts';
import { themes, useTheme } from './theme.ts';

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <SelectField
      label={t('common.theme.label')}
      field={{ name: 'theme', value: theme, onChange: setTheme }}
      choices={themes.map((value) => ({ value, label: t(`common.theme.${value}`) }))}
    />
  );
}
