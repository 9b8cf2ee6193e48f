import { type BatchState, type BatchSummary, batchStateSchema, batchSummarySchema } from '@batchfeed/schemas';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import type { BatchFilter } from '../../api/batches.ts';

/** Which batches are shown; '' stands for any. */
export interface ChosenFilter {
  readonly key: string;
  readonly seal: BatchSummary['seal_reason'] | '';
  readonly state: BatchState | '';
}

/**
 * The filter of the page, which comes back with the browser's back button. Seal reason and state are in the address; a
 * grouping key can be about a person, so it is only with the entry of the browser's history.
 */
export function useBatchFilter(): [ChosenFilter, (filter: ChosenFilter) => void] {
  const [params] = useSearchParams();
  const { state } = useLocation();
  const navigate = useNavigate();
  const chosen = readFilter(params, state);
  const choose = ({ key, seal, state: of }: ChosenFilter) => {
    const named = Object.entries({ seal, state: of }).filter(([, value]) => value !== '');
    void navigate({ search: new URLSearchParams(named).toString() }, { replace: true, state: { groupingKey: key } });
  };
  return [chosen, choose];
}

/** What an address and the state of its entry say; what they say wrongly is not said. Pure. */
export function readFilter(params: URLSearchParams, entry: unknown): ChosenFilter {
  const key = (entry as { groupingKey?: unknown } | null)?.groupingKey;
  return {
    key: typeof key === 'string' ? key : '',
    seal: batchSummarySchema.shape.seal_reason.catch('' as never).parse(params.get('seal')),
    state: batchStateSchema.catch('' as never).parse(params.get('state')),
  };
}

/** The filter as the platform takes it. Pure. */
export function toBatchFilter({ key, seal, state }: ChosenFilter): BatchFilter {
  return {
    ...(key === '' ? {} : { grouping_key: key }),
    ...(seal === '' ? {} : { seal_reason: seal }),
    ...(state === '' ? {} : { state }),
  };
}
