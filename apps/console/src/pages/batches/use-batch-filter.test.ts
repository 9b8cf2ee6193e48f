import { describe, expect, it } from 'vitest';
import { readFilter, toBatchFilter } from './use-batch-filter.ts';

describe('readFilter', () => {
  it('reads what an address and its entry say', () => {
    expect(readFilter(new URLSearchParams('seal=age&state=dead'), { groupingKey: '<b>' })).toEqual({
      key: '<b>',
      seal: 'age',
      state: 'dead',
    });
  });

  it('reads nothing from what makes no sense', () => {
    const none = { key: '', seal: '', state: '' };
    expect(readFilter(new URLSearchParams('seal=__proto__&state=DEAD'), { groupingKey: 7 })).toEqual(none);
    expect(readFilter(new URLSearchParams(''), null)).toEqual(none);
  });
});

it('asks only for what was chosen', () => {
  expect(toBatchFilter({ key: '', seal: '', state: '' })).toEqual({});
  expect(toBatchFilter({ key: 'UPSERT', seal: 'age', state: 'dead' })).toEqual({
    grouping_key: 'UPSERT',
    seal_reason: 'age',
    state: 'dead',
  });
});
