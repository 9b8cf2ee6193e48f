import { t } from '../texts/text.ts';
import { shortened, visibleParts } from './visible-text.ts';
import './raw-text.css';

interface RawTextProps {
  readonly text: string;
  /** Characters shown at most; how many more there are is said. Default 300. */
  readonly most?: number;
  /** Where space at the ends and line breaks are what they look like: in blocks of code and parts of sentences. */
  readonly inLines?: boolean;
}

/**
 * Anybody's text, such as a grouping key: nothing in it is markup, it turns no text round it about, what can't be seen is
 * named, and an empty one is said to be empty.
 */
export function RawText({ text, most = 300, inLines = false }: RawTextProps) {
  if (text === '') return <span className="muted raw-empty">{t('common.emptyText')}</span>;
  const { text: beginning, left } = shortened(text, most);
  return (
    <>
      <bdi className="raw-text">
        {visibleParts(beginning, inLines).map((part, index) =>
          part.isMark ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name.
            <span key={index} className="raw-mark">
              {part.text}
            </span>
          ) : (
            part.text
          ),
        )}
      </bdi>
      {left > 0 ? <span className="muted small"> {t('common.moreCharacters', { count: left })}</span> : null}
    </>
  );
}
