import { t } from '../texts/text.ts';
import './masked-text.css';

/** Content in which personal data may be masked (`•••`), always as text. Revealing is the page's business, as it is logged. */
export function MaskedText({ text, masked = true }: { readonly text: string; readonly masked?: boolean }) {
  return (
    <code className="masked-text break" data-masked={masked} title={masked ? t('common.masked.hint') : undefined}>
      {text}
    </code>
  );
}
