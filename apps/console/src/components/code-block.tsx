import { CopyButton } from './copy-button.tsx';
import { RawText } from './raw-text.tsx';
import './code-block.css';

/** Text for a machine, as it is, to be copied. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <figure className="code-block">
      <figcaption className="row row-apart">
        <span className="muted small">{label}</span>
        <CopyButton text={text} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard. */}
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>
          <RawText text={text} most={100_000} inLines />
        </code>
      </pre>
    </figure>
  );
}
