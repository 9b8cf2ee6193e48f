import { describe, expect, it } from 'vitest';
import { figureOf, median } from './figure.ts';
import { interleave, ratios } from './interleave.ts';
import { renderJson, renderTable } from './render.ts';

const machine = { cpu: 'cpu', cores: 2, memory_gib: 1, os: 'os', node: '24' };

describe('median', () => {
  it('is the middle, or between the two middles', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('figureOf', () => {
  it('says whether the bound is met, in either direction', () => {
    const values = [0.4, 0.6, 0.5];
    expect(figureOf('f', values, { bound: { is: '>=', limit: 0.5 } })).toMatchObject({
      value: 0.5,
      bound: '>= 0.5',
      met: true,
      spread: [0.4, 0.6],
      rounds: 3,
    });
    expect(figureOf('f', values, { bound: { is: '<=', limit: 0.4 } }).met).toBe(false);
    expect(figureOf('f', values)).toMatchObject({ bound: null, met: null });
  });
});

describe('interleave', () => {
  it('alternates, and leaves the first round out', async () => {
    const order: string[] = [];
    const variant = (name: string) => async (round: number) => {
      order.push(`${name}${round}`);
      return round * (name === 'a' ? 1 : 2);
    };
    const values = await interleave({ a: variant('a'), b: variant('b') });
    expect(order.slice(0, 6)).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
    expect(values).toEqual({ a: [1, 2, 3, 4, 5], b: [2, 4, 6, 8, 10] });
    expect(ratios(values.a, values.b)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  it('refuses too few rounds', async () => {
    await expect(interleave({}, { rounds: 4 })).rejects.toThrow(RangeError);
  });
});

describe('render', () => {
  const figures = [figureOf('speed', [1, 2, 3, 4, 5], { bound: { is: '>=', limit: 9 }, detail: 'this and that' })];

  it('gives JSON with the agreed names and no more', () => {
    expect(JSON.parse(renderJson('main', machine, figures))).toEqual({
      topic: 'main',
      machine,
      figures: [{ name: 'speed', value: 3, unit: '×', bound: '>= 9', met: false }],
    });
  });

  it('gives a table with spread and verdict', () => {
    expect(renderTable('main', machine, figures)).toMatch(/speed +3 × +1 … 5 +5 +>= 9 +MISSED[\s\S]*this and that/);
  });
});
