import { describe, expect, it } from 'vitest';
import { excerptOf, requestedDelayMs } from './plugin-answer.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('requestedDelayMs', () => {
  it.each([
    [{}, undefined],
    [{ 'x-mics-next-msg-delay': '250' }, 250],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5_000],
    [{ 'x-mics-next-msg-delay': '250', 'retry-after': '1' }, 1_000],
    [{ 'x-mics-next-msg-delay': '3000', 'retry-after': '1' }, 3_000],
    [{ 'x-mics-next-msg-delay': '0' }, undefined],
    [{ 'x-mics-next-msg-delay': '-5' }, undefined],
    [{ 'x-mics-next-msg-delay': 'soon' }, undefined],
    [{ 'x-mics-next-msg-delay': '' }, undefined],
    [{ 'x-mics-next-msg-delay': ['1', '2'] }, undefined],
    [{ 'retry-after': 'Thu, 01 Jan 2015 00:00:05 GMT' }, undefined],
    [{ 'retry-after': 'later' }, undefined],
  ])('reads %j as %j', (headers, delay) => {
    expect(requestedDelayMs(headers, NOW)).toBe(delay);
  });
});

describe('excerptOf', () => {
  it('never ends in half a character', () => {
    expect(excerptOf(`${'a'.repeat(499)}😀`)).toBe(`${'a'.repeat(499)}�`);
    expect(excerptOf('short')).toBe('short');
  });
});
