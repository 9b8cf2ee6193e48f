import type { BatchState } from '@batchfeed/schemas';
import { t } from '../texts/text.ts';
import { Pill, type Tone } from './pill.tsx';

const tones: Readonly<Record<BatchState, Tone>> = {
  sealed: 'info',
  in_flight: 'info',
  waiting: 'warn',
  delivered: 'ok',
  dead: 'bad',
  split: 'quiet',
};

export function BatchStatePill({ state }: { readonly state: BatchState }) {
  return <Pill tone={tones[state]}>{t(`batches.state.${state}`)}</Pill>;
}
