import { expect, it } from 'vitest';
import { SettledRates } from './settled-rates.ts';

function ratesAt(start = 5_000_000) {
  let now = start;
  const rates = new SettledRates(() => now);
  return { rates, pass: (ms: number) => (now += ms) };
}

it('counts from the first thing that was settled, so that a rate is right soon after an outage', () => {
  const { rates, pass } = ratesAt();
  for (let second = 0; second < 3; second += 1) {
    rates.settled('1', { updates: 600, bytes: 6_000 });
    pass(1_000);
  }
  expect(rates.of('1')).toEqual({ updates: 600, lines: 0, bytes: 6_000 });
  expect(rates.of('2')).toEqual({ updates: 0, lines: 0, bytes: 0 });
});

it('forgets what is older than ten seconds, and divides by ten at most', () => {
  const { rates, pass } = ratesAt();
  rates.settled('1', { updates: 1_000_000, bytes: 1 });
  pass(11_500);
  expect(rates.of('1').updates).toBe(0);
  for (let second = 0; second < 30; second += 1) {
    rates.settled('1', { lines: 100, bytes: 10 });
    pass(1_000);
  }
  expect(rates.of('1').lines).toBeCloseTo(100, -1);
  expect(rates.all.lines).toBe(rates.of('1').lines);
});

it('stands at zero after a pause of any length', () => {
  for (const pause of [11_000, 12_345, 3_600_000]) {
    const { rates, pass } = ratesAt();
    rates.settled('1', { updates: 5, bytes: 5 });
    pass(pause);
    expect(rates.of('1')).toEqual({ updates: 0, lines: 0, bytes: 0 });
  }
});
