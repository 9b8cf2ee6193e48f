import type { BatchPage, BatchSummary } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { mergeLiveBatches } from './merge-live-batches.ts';

const batch = (sealed: number, more: Partial<BatchSummary> = {}): BatchSummary => ({
  batch_id: `b${sealed}`,
  session_id: 's',
  grouping_key: 'UPSERT',
  lines: 1,
  bytes: 2,
  seal_reason: 'age',
  opened_ts: 0,
  sealed_ts: sealed,
  settled_ts: null,
  state: 'sealed',
  attempts: 0,
  http_status: null,
  reason: null,
  replay: false,
  ...more,
});
const page = (next: string | null, ...data: BatchSummary[]): BatchPage => ({
  status: 'ok',
  count: data.length,
  next,
  data,
  incomplete_before_ts: null,
  gaps: [],
});
const pagesOf = (...pages: BatchPage[]) => ({ pages, pageParams: pages.map(() => undefined) });
const idsOf = ({ pages }: { pages: BatchPage[] }) => pages.map(({ data }) => data.map(({ batch_id }) => batch_id));

describe('mergeLiveBatches', () => {
  const read = pagesOf(page('x', batch(9), batch(8)), page('y', batch(6), batch(5)));

  it('puts new batches where they belong', () => {
    expect(idsOf(mergeLiveBatches(read, [batch(10), batch(11), batch(7)], {}))).toEqual([
      ['b11', 'b10', 'b9', 'b8'],
      ['b7', 'b6', 'b5'],
    ]);
  });

  it('leaves to be read what lies behind what was read', () => {
    expect(idsOf(mergeLiveBatches(read, [batch(4)], {}))).toEqual(idsOf(read));
  });

  it('puts it last where nothing lies behind', () => {
    expect(idsOf(mergeLiveBatches(pagesOf(page(null, batch(9))), [batch(4)], {}))).toEqual([['b9', 'b4']]);
    expect(idsOf(mergeLiveBatches(pagesOf(page(null)), [batch(4)], {}))).toEqual([['b4']]);
  });

  it('replaces a batch where it stands and leaves other pages alone', () => {
    const merged = mergeLiveBatches(read, [batch(6, { state: 'delivered' })], {});
    expect(idsOf(merged)).toEqual(idsOf(read));
    expect(merged.pages[1]?.data[0]?.state).toBe('delivered');
    expect(merged.pages[0]).toBe(read.pages[0]);
  });

  it('takes out what the filter does not mean any more', () => {
    const merged = mergeLiveBatches(read, [batch(9, { state: 'dead' })], { state: 'sealed' });
    expect(idsOf(merged)).toEqual([['b8'], ['b6', 'b5']]);
  });

  it('adds only what the filter means', () => {
    const others = [batch(10, { grouping_key: 'DELETE' }), batch(11, { seal_reason: 'lines' })];
    expect(idsOf(mergeLiveBatches(read, others, { grouping_key: 'UPSERT', seal_reason: 'age' }))).toEqual(idsOf(read));
    expect(idsOf(mergeLiveBatches(read, others, { grouping_key: 'DELETE' }))[0]).toContain('b10');
  });

  it('keeps a batch whose key is shown masked', () => {
    const masked = pagesOf(page(null, batch(9, { grouping_key: '•••' })));
    const merged = mergeLiveBatches(masked, [batch(9, { grouping_key: '•••', attempts: 2 })], {
      grouping_key: 'ann@example.com',
    });
    expect(merged.pages[0]?.data[0]?.attempts).toBe(2);
  });
});
