import { describe, expect, it } from 'vitest';
import { Gates, gateName } from './gates.ts';

describe('gates', () => {
  it('hold until the latest of those asked about opens', () => {
    const gates = new Gates();
    expect(gates.until(['a', 'b'], 0)).toBe(0);
    gates.set('a', 30);
    gates.set('b', 50);
    gates.set('c', 90);
    expect(gates.until(['a', 'b'], 10)).toBe(50);
    expect(gates.until(['b', 'a'], 10)).toBe(50);
    expect(gates.until(['a'], 29)).toBe(30);
  });

  it('open at their time, and are forgotten then', () => {
    const gates = new Gates();
    gates.set('a', 30);
    gates.set('b', 50);
    expect(gates.size).toBe(2);
    expect(gates.until(['a', 'b'], 30)).toBe(50);
    expect(gates.size).toBe(1);
    expect(gates.until(['b'], 50)).toBe(0);
    expect(gates.size).toBe(0);
  });

  it('are only ever moved later', () => {
    const gates = new Gates();
    expect(gates.set('a', 30)).toBe(true);
    expect(gates.set('a', 20)).toBe(false);
    expect(gates.set('a', 30)).toBe(false);
    expect(gates.until(['a'], 0)).toBe(30);
    expect(gates.set('a', 31)).toBe(true);
    expect(gates.until(['a'], 0)).toBe(31);
    expect(gates.set('b', 0)).toBe(false);
  });

  it('have names that never meet, whatever the key looks like', () => {
    const names = [
      gateName.destination('d', 'k', 'e'),
      gateName.endpoint('d', 'k', 'e'),
      gateName.key('d', 'k', 'e'),
      gateName.key('d', '', 'e'),
      gateName.key('d', 'k\nk', 'e'),
      gateName.key('d\nk', 'k', 'e'),
      gateName.key('d', '\ud800', 'e'),
      gateName.key('d', '\ufffd', 'e'),
      gateName.key('e', 'k', 'e'),
      gateName.destination('e', 'k', 'e'),
      gateName.endpoint('d', 'k', 'd'),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => name.isWellFormed())).toBe(true);
    expect(gateName.destination('d', 'k', 'e')).toBe(gateName.destination('d', 'other', 'other'));
    expect(gateName.endpoint('d', 'k', 'e')).toBe(gateName.endpoint('other', 'other', 'e'));
  });
});
