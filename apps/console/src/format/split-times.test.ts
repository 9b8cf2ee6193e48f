import { expect, it } from 'vitest';
import { splitTimes } from './split-times.ts';

it('takes the moments out of a sentence', () => {
  expect(splitTimes('It waits until 2026-11-22T06:19:00.250Z, to be tried again.')).toEqual([
    { text: 'It waits until ' },
    { ts: Date.UTC(2026, 10, 22, 6, 19, 0, 250) },
    { text: ', to be tried again.' },
  ]);
});

it.each(['', 'No moment here: 2026-11-22.', 'Not one either: 2026-99-99T99:99:99Z'])(
  'leaves %j as it is',
  (sentence) => {
    expect(splitTimes(sentence)).toEqual(sentence === '' ? [] : [{ text: sentence }]);
  },
);
