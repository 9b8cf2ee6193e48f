import type { BatchLine } from '@batchfeed/schemas';
import { indentJson, jsonWithin } from '../../format/indent-json.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { Button } from '../button.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Dialog } from '../dialog.tsx';
import { Facts } from '../facts.tsx';
import { RawText } from '../raw-text.tsx';
import { ErrorNote } from '../states.tsx';
import type { Revealing } from './use-reveal.ts';

interface LineDialogProps {
  readonly line: BatchLine;
  readonly revealing: Revealing;
  readonly onClose: () => void;
}

/** Lines of indented JSON that are shown at most: a dialog is no editor. */
const MOST_LINES = 2_000;

/** One line with all of its content. */
export function LineDialog({ line, revealing, onClose }: LineDialogProps) {
  const mayReveal = useMay('operate');
  const clear = revealing.clear.get(line.number);
  const close = () => {
    revealing.forgetError();
    onClose();
  };
  return (
    <Dialog title={t('lines.title1', { number: line.number })} isOpen onClose={close} wide>
      <Facts
        facts={[
          [
            t('lines.user'),
            line.trace === null ? (
              t('lines.noUser')
            ) : (
              <span key="trace" className="row">
                <code className="break">{line.trace}</code>
                <CopyButton text={line.trace} />
              </span>
            ),
          ],
          [t('lines.bytes'), formatBytes(line.bytes)],
        ]}
      />
      <Content text={clear ?? line.content} masked={clear === undefined} />
      <ErrorNote error={revealing.error} />
      <div className="row row-apart">
        <span className="muted small grow" role="status">
          {clear === undefined ? (mayReveal ? t('lines.audited') : null) : t('lines.revealed')}
        </span>
        <div className="row">
          {clear === undefined && mayReveal ? (
            <Button
              icon="eye"
              isPending={revealing.isPending}
              // The note beside it shows what went wrong.
              onPress={() => void revealing.reveal(line.number, 1).catch(() => undefined)}
            >
              {t('lines.revealOne')}
            </Button>
          ) : null}
          {clear === undefined ? null : <CopyButton text={clear} />}
          <Button onPress={close}>{t('common.action.close')}</Button>
        </div>
      </div>
    </Dialog>
  );
}

function Content({ text, masked }: { readonly text: string; readonly masked: boolean }) {
  const within = jsonWithin(text);
  const lines = indentJson(within ?? text);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard.
    <div className="line-content mono" data-masked={masked} tabIndex={0} role="region" aria-label={t('lines.content')}>
      {within === undefined ? null : <div className="muted small">{t('lines.within')}</div>}
      {lines.slice(0, MOST_LINES).map(({ depth, text: part }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other name.
        <div key={index} className="break" style={{ paddingLeft: 14 * Math.min(depth, 40) }}>
          <RawText text={part} most={20_000} />
        </div>
      ))}
      {lines.length > MOST_LINES ? <div className="muted">…</div> : null}
    </div>
  );
}
