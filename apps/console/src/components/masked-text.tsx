import { t } from '../texts/text.ts';
import { RawText } from './raw-text.tsx';
import './masked-text.css';

interface MaskedTextProps {
  readonly text: string;
  readonly masked?: boolean;
  /** Characters shown at most. */
  readonly most?: number;
}

/** Content in which personal data may be masked (`•••`), always as text. Revealing is the page's business, as it is logged. */
export function MaskedText({ text, masked = true, most = 300 }: MaskedTextProps) {
  return (
    <code className="masked-text break" data-masked={masked} title={masked ? t('common.masked.hint') : undefined}>
      <RawText text={text} most={most} />
    </code>
  );
}
