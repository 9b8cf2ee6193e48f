import type { LiveState } from '../live/live-source.ts';
import { t } from '../texts/text.ts';
import { Pill, type Tone } from './pill.tsx';

const tones: Readonly<Record<LiveState, Tone>> = { connecting: 'quiet', open: 'ok', waiting: 'warn', closed: 'quiet' };

/** Whether what is shown comes in as it happens. */
export function LiveMark({ state }: { readonly state: LiveState }) {
  const texts = { connecting: 'connecting', open: 'live', waiting: 'offlineRetry', closed: 'offlineRetry' } as const;
  return (
    <span role="status" className="row">
      <Pill tone={tones[state]}>{t(`common.state.${texts[state]}`)}</Pill>
    </span>
  );
}
