import { Focusable, Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import { formatTime, formatUtc } from '../format/times.ts';
import { t } from '../texts/text.ts';
import './tooltip.css';

interface TimeProps {
  /** Milliseconds since the epoch. */
  readonly ts: number;
  /** In rows of tables: UTC as the browser's own hint, and no stop of the keyboard for each row. */
  readonly quiet?: boolean;
}

/** A moment in the reader's zone; UTC when pointed at or focused. */
export function Time({ ts, quiet = false }: TimeProps) {
  const utc = t('common.utc', { time: formatUtc(ts) });
  const dateTime = new Date(ts).toISOString();
  const text = formatTime(ts, Date.now());
  if (quiet) {
    return (
      <time className="numeric nowrap" dateTime={dateTime} title={utc}>
        {text}
      </time>
    );
  }
  return (
    <TooltipTrigger delay={200}>
      <Focusable>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: UTC must be within reach of the keyboard. */}
        <time className="numeric nowrap hinted" dateTime={dateTime} tabIndex={0} role="note">
          {text}
        </time>
      </Focusable>
      <Tooltip className="tooltip" offset={6}>
        {utc}
      </Tooltip>
    </TooltipTrigger>
  );
}
