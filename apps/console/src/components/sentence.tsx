import { splitTimes } from '../format/split-times.ts';
import { RawText } from './raw-text.tsx';
import { Time } from './time.tsx';

/** A sentence of the platform, with its moments in the reader's zone. */
export function Sentence({ text }: { readonly text: string }) {
  return (
    <span className="break">
      {splitTimes(text).map((part, index) =>
        'ts' in part ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence have no other name.
          <Time key={index} ts={part.ts} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above.
          <RawText key={index} text={part.text} most={5_000} inLines />
        ),
      )}
    </span>
  );
}
