import type { BatchLine } from '@batchfeed/schemas';
import { useState } from 'react';
import { formatBytes } from '../../format/numbers.ts';
import { useMay, useSession } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { Button } from '../button.tsx';
import { type Column, DataTable } from '../data-table.tsx';
import { ConfirmDialog } from '../dialog.tsx';
import { MaskedText } from '../masked-text.tsx';
import { Section } from '../page.tsx';
import { LineDialog } from './line-dialog.tsx';
import { type Reveal, useReveal } from './use-reveal.ts';
import './lines.css';

interface LinesSectionProps {
  /** Those that are here, from the first on. */
  readonly lines: readonly BatchLine[];
  /** How many there are in all. */
  readonly total: number;
  /** Reads more of them. */
  readonly onEnd: () => void;
  readonly reveal: Reveal;
}

/** As many as the platform reveals at once. */
const MOST_REVEALED = 10_000;

/** Lines with their contents, masked until somebody who may reveals them. */
export function LinesSection({ lines, total, onEnd, reveal }: LinesSectionProps) {
  const revealing = useReveal(reveal);
  const mayReveal = useMay('operate');
  const [asking, setAsking] = useState(false);
  const [open, setOpen] = useState<number>();
  const count = Math.min(lines.length, MOST_REVEALED);
  const shown = lines.find(({ number }) => number === open);
  return (
    <Section
      title={t('lines.title')}
      lead={t('lines.lead')}
      flush
      actions={
        <>
          {revealing.clear.size > 0 ? (
            <Button small onPress={revealing.hide}>
              {t('lines.hide')}
            </Button>
          ) : null}
          {mayReveal && revealing.clear.size < count ? (
            <Button small icon="eye" onPress={() => setAsking(true)}>
              {t('lines.reveal', { count })}
            </Button>
          ) : null}
        </>
      }
    >
      <DataTable
        label={t('lines.table')}
        columns={columnsOf(revealing.clear)}
        rows={lines}
        rowKey={({ number }) => String(number)}
        onOpen={({ number }) => setOpen(number)}
        total={total}
        onEnd={onEnd}
      />
      <ConfirmReveal
        count={count}
        isOpen={asking}
        onClose={() => {
          setAsking(false);
          revealing.forgetError();
        }}
        onConfirm={() => revealing.reveal(1, count)}
      />
      {shown ? <LineDialog line={shown} revealing={revealing} onClose={() => setOpen(undefined)} /> : null}
    </Section>
  );
}

interface ConfirmRevealProps {
  readonly count: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => Promise<unknown>;
}

function ConfirmReveal({ count, ...dialog }: ConfirmRevealProps) {
  const { name } = useSession();
  return (
    <ConfirmDialog title={t('lines.confirmTitle')} confirmLabel={t('lines.reveal', { count })} {...dialog}>
      <p>{t('lines.confirm', { count })}</p>
      <p className="muted break">{t('lines.confirmAudit', { name })}</p>
    </ConfirmDialog>
  );
}

const columnsOf = (clear: ReadonlyMap<number, string>): readonly Column<BatchLine>[] => [
  { id: 'number', header: t('lines.number'), width: '3.5rem', align: 'end', cell: ({ number }) => number },
  {
    id: 'content',
    header: t('lines.content'),
    width: '4fr',
    cell: ({ number, content }) => <MaskedText text={clear.get(number) ?? content} masked={!clear.has(number)} />,
  },
  {
    id: 'user',
    header: t('lines.user'),
    width: '10rem',
    from: 720,
    cell: ({ trace }) => (trace === null ? null : <code className="muted">{trace}</code>),
  },
  {
    id: 'bytes',
    header: t('lines.bytes'),
    width: '5rem',
    align: 'end',
    from: 560,
    cell: ({ bytes }) => formatBytes(bytes),
  },
];
