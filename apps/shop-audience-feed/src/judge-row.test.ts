import type { RowResult } from '@batchfeed/shop-batch-client';
import { describe, expect, it } from 'vitest';
import { judgeRow, type RowVerdict } from './judge-row.ts';
import type { ShopLine } from './shop-line.ts';

const upsert: ShopLine = { operation: 'UPSERT', outer_id: 'a', email: 'a@example.com' };
const remove: ShopLine = { operation: 'DELETE', outer_id: 'a' };

const cases: [ShopLine, Omit<RowResult, 'attempts'>, RowVerdict][] = [
  [upsert, { outcome: 'succeeded', status: 201 }, 'done'],
  [upsert, { outcome: 'failed', status: 409, code: 40901 }, 'exists'],
  [upsert, { outcome: 'failed', status: 400, code: 40901 }, 'exists'],
  [upsert, { outcome: 'failed', status: 400, code: 40003 }, 'refused'],
  [upsert, { outcome: 'failed', status: 404, code: 40401 }, 'refused'],
  [upsert, { outcome: 'failed', reason: 'REQUEST_INVALID' }, 'refused'],
  [upsert, { outcome: 'failed', status: 429 }, 'again'],
  [upsert, { outcome: 'failed', status: 500 }, 'again'],
  [upsert, { outcome: 'unknown', reason: 'ANSWER_LOST' }, 'again'],
  [upsert, { outcome: 'unknown', reason: 'PART_MISSING' }, 'again'],
  [upsert, { outcome: 'unsent', status: 429, reason: 'RATE_LIMITED' }, 'again'],
  [upsert, { outcome: 'unsent', reason: 'NOT_CONNECTED' }, 'again'],
  [upsert, { outcome: 'unsent', reason: 'ABORTED' }, 'again'],
  [upsert, { outcome: 'unsent', status: 401, reason: 'BATCH_REFUSED' }, 'stopped'],
  [upsert, { outcome: 'unsent', reason: 'AUTH_FAILED' }, 'stopped'],
  [upsert, { outcome: 'unsent', status: 308, reason: 'REDIRECTED' }, 'stopped'],
  [upsert, { outcome: 'unsent', reason: 'STOPPED' }, 'again'],
  [remove, { outcome: 'succeeded', status: 204 }, 'done'],
  [remove, { outcome: 'failed', status: 404, code: 40401 }, 'done'],
  [remove, { outcome: 'failed', status: 400, code: 40007 }, 'done'],
  [remove, { outcome: 'failed', status: 409, code: 40901 }, 'refused'],
  [remove, { outcome: 'failed', status: 503 }, 'again'],
  [remove, { outcome: 'unknown' }, 'again'],
];

describe('judgeRow', () => {
  it.each(cases)('%o answered %o is %s', (line, row, verdict) => {
    expect(judgeRow(line, { attempts: 1, ...row })).toBe(verdict);
  });
});
