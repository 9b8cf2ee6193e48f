import { batchStates, sealReasons } from '@batchfeed/schemas';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { t } from '../../texts/text.ts';
import type { ChosenFilter } from './use-batch-filter.ts';

interface BatchFiltersProps {
  readonly filter: ChosenFilter;
  readonly onChange: (filter: ChosenFilter) => void;
}

/** Which batches to show. A key is compared whole, so it is looked for once it is typed whole. */
export function BatchFilters({ filter, onChange }: BatchFiltersProps) {
  const [key, setKey] = useState(filter.key);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ ...filter, key });
  };
  const typeKey = (typed: string) => {
    setKey(typed);
    if (typed === '' && filter.key !== '') onChange({ ...filter, key: '' });
  };
  return (
    <form className="batch-filter" onSubmit={submit}>
      <SearchField label={t('batches.filter.key')} value={key} onChange={typeKey} />
      {key === filter.key ? null : <Button type="submit">{t('batches.filter.apply')}</Button>}
      <SelectField
        label={t('batches.filter.seal')}
        labelHidden
        field={{ name: 'seal', value: filter.seal, onChange: (seal) => onChange({ ...filter, seal }) }}
        choices={[
          { value: '', label: t('batches.filter.anySeal') },
          ...sealReasons.map((value) => ({
            value,
            label: t('batches.filter.sealedBy', { reason: t(`batching.reason.${value}`) }),
          })),
        ]}
      />
      <SelectField
        label={t('batches.filter.state')}
        labelHidden
        field={{ name: 'state', value: filter.state, onChange: (state) => onChange({ ...filter, state }) }}
        choices={[
          { value: '', label: t('batches.filter.anyState') },
          ...batchStates.map((value) => ({ value, label: t(`batches.state.${value}`) })),
        ]}
      />
    </form>
  );
}
