import { sealReasons } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { fillRows } from './fill-rows.ts';

const NONE = Object.fromEntries(sealReasons.map((reason) => [reason, 0])) as Record<
  (typeof sealReasons)[number],
  number
>;

it('lists the reasons that occurred with their fill, and all together', () => {
  const rows = fillRows({
    sealed: 12,
    by_reason: { ...NONE, lines: 10, express: 2 },
    fill: { all: 0.84, by_reason: { ...NONE, lines: 1, express: 0.04 } },
    delivered: 12,
    dead: 0,
    expired: 0,
    attempts: 12,
  });
  expect(rows).toEqual([
    { id: 'lines', label: 'lines', count: 10, fill: 1 },
    { id: 'express', label: 'express', count: 2, fill: 0.04 },
    { id: 'all', label: 'all', count: 12, fill: 0.84 },
  ]);
});
