import type { FeedLedger } from '@batchfeed/schemas';
import type { LedgerPart } from '../../components/ledger-bar.tsx';
import { t } from '../../texts/text.ts';

/** Where something can be, in the order it gets there. */
const stages = [
  ['open', 'info'],
  ['sealed', 3],
  ['in_flight', 4],
  ['delivered', 'ok'],
  ['dead', 'bad'],
  ['expired', 'quiet'],
] as const;

/** One side of the ledger as parts that add up to what was accepted. */
export function ledgerParts(ledger: FeedLedger, side: keyof FeedLedger): LedgerPart[] {
  return stages.map(([id, colour]) => ({ id, label: t(`feed.ledger.${side}.${id}`), value: ledger[side][id], colour }));
}
