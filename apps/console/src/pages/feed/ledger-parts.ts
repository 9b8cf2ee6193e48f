import type { FeedLedger } from '@batchfeed/schemas';
import type { LedgerPart } from '../../components/ledger-bar.tsx';
import { t } from '../../texts/text.ts';

/** Where something can be, in the order it gets there. */
const stages = [
  ['waiting', 6],
  ['open', 'info'],
  ['held', 5],
  ['sealed', 3],
  ['in_flight', 4],
  ['delivered', 'ok'],
  ['dead', 'bad'],
  ['expired', 'quiet'],
  ['discarded', 7],
] as const;

/** One side of the ledger as parts that add up to what was accepted. */
export function ledgerParts(ledger: FeedLedger, side: keyof FeedLedger): LedgerPart[] {
  const { open, held, ...counts } = ledger[side];
  // Held lines are open ones; here each is shown once.
  const values = { ...counts, open: open - held, held };
  return stages
    .filter(([id]) => side === 'lines' || id !== 'held')
    .map(([id, colour]) => ({ id, label: t(`feed.ledger.${side}.${id}`), value: values[id], colour }));
}
