import { formatCount } from '../format/numbers.ts';
import { t } from '../texts/text.ts';
import './ledger-bar.css';

export interface LedgerPart {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  /** Its colour: a tone, or the place in the series of colours. */
  readonly colour: 'ok' | 'warn' | 'bad' | 'info' | 'quiet' | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
}

interface LedgerBarProps {
  readonly label: string;
  readonly parts: readonly LedgerPart[];
  /** What the parts must add up to; what they add up to by default. */
  readonly total?: number;
}

/**
 * Where everything is, as one bar with a legend that carries the numbers. The bar is as wide as the larger of the total and
 * the sum, so that a ledger that does not add up looks like one.
 */
export function LedgerBar({ label, parts, total }: LedgerBarProps) {
  const sum = parts.reduce((all, { value }) => all + value, 0);
  const whole = Math.max(total ?? sum, sum, 1);
  const balanced = total === undefined || total === sum;
  const missing = Math.max((total ?? sum) - sum, 0);
  return (
    <figure className="ledger">
      <figcaption className="row row-apart">
        <span className="ledger-label">{label}</span>
        {total !== undefined ? (
          <span className="small numeric" data-tone={balanced ? 'ok' : 'bad'}>
            {balanced
              ? t('common.balanced', { total: formatCount(total) })
              : t('common.unbalanced', { sum: formatCount(sum), total: formatCount(total) })}
          </span>
        ) : null}
      </figcaption>
      <div className="ledger-bar" aria-hidden="true">
        {parts
          .filter(({ value }) => value > 0)
          .map((part) => (
            <span key={part.id} data-colour={part.colour} style={{ flexGrow: part.value / whole }} />
          ))}
        {missing > 0 ? <span data-colour="missing" style={{ flexGrow: missing / whole }} /> : null}
      </div>
      <ul className="ledger-legend">
        {parts.map((part) => (
          <li key={part.id} data-zero={part.value === 0}>
            <span className="ledger-swatch" data-colour={part.colour} aria-hidden="true" />
            {part.label} <b className="numeric">{formatCount(part.value)}</b>
          </li>
        ))}
      </ul>
    </figure>
  );
}
